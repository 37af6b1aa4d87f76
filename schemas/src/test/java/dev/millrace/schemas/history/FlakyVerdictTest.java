package dev.millrace.schemas.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlakyVerdictTest {
    private static final long NOW = TimeUnit.DAYS.toMillis(1_000);
    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    private final List<Sample> samples = new ArrayList<>();
    private int jobs;

    /**
     * Adds the samples of one task in one more job, which is older than the jobs that were added before. Returns the id of the task. Each
     * character of {@code attempts} is an attempt, newest first: + for passed and - for failed.
     */
    private String job(String attempts) {
        String task = Ids.taskId(Ids.jobId("owner", "job " + jobs++), 3);
        attempts.chars().forEach(attempt -> samples.add(new Sample(10, attempt == '+', NOW - jobs * HOUR, task)));
        return task;
    }

    @Test
    void inFailureAndPassInTwoJobsShouldBeFlaky() {
        String newest = job("+-");
        job("+");
        String older = job("+--");

        assertThat(FlakyVerdict.of(samples, NOW)).hasValueSatisfying(verdict -> {
            assertThat(verdict.flakyTasks()).isEqualTo(2);
            assertThat(verdict.tasks()).isEqualTo(3);
            assertThat(verdict.evidence()).containsExactly(newest, older);
            assertThat(verdict.expiresAtMs() - verdict.lastSeenAtMs()).isEqualTo(TimeUnit.DAYS.toMillis(14));
        });
    }

    @Test
    void inOneSuchJobShouldNotBeKnownYet() {
        job("+-");
        job("+");

        assertThat(FlakyVerdict.of(samples, NOW)).isEmpty();
    }

    @Test
    void inFailuresAndPassesOfDifferentJobsShouldBeChangesOfTheCode() {
        for (int i = 0; i < 10; i++) {
            job(i % 2 == 0 ? "+" : "--");
        }

        assertThat(FlakyVerdict.of(samples, NOW)).isEmpty();
    }

    @Test
    void inThreeFailedJobsInARowShouldBeBroken() {
        job("--");
        job("--");
        String thirdLast = job("--");
        job("+-");
        job("+-");

        assertThat(FlakyVerdict.of(samples, NOW)).isEmpty();
        samples.add(0, new Sample(10, true, NOW, thirdLast));
        assertThat(FlakyVerdict.of(samples, NOW))
                .as("one of them passed after all")
                .isPresent();
    }

    @Test
    void inTwoWeeksWithoutEvidenceShouldExpire() {
        job("+-");
        job("+-");
        long last = NOW - HOUR;

        assertThat(FlakyVerdict.of(samples, last + TimeUnit.DAYS.toMillis(14))).isPresent();
        assertThat(FlakyVerdict.of(samples, last + TimeUnit.DAYS.toMillis(14) + 1))
                .isEmpty();
    }

    @Test
    void inTwentySoundJobsSinceShouldBeForgotten() {
        for (int i = 0; i < 20; i++) {
            job("+");
        }
        job("+-");
        job("+-");

        assertThat(FlakyVerdict.of(samples, NOW)).isEmpty();
    }

    @Test
    void inSamplesOfUnknownTasksShouldSayNothing() {
        samples.add(new Sample(10, true));
        samples.add(new Sample(10, false));

        assertThat(FlakyVerdict.of(samples, NOW)).isEmpty();
    }
}
