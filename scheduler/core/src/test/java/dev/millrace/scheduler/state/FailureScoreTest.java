package dev.millrace.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final double EXPECTED = 0.02;

    private final FailureScore health = new FailureScore();

    private void fail(int times) {
        IntStream.range(0, times).forEach(i -> health.failed("task" + i, "owner"));
    }

    private void failAndConfirm(int test) {
        health.failed("task" + test, "owner");
        health.confirmed("task" + test, "test" + test, "owner", EXPECTED);
    }

    /** ln(0.5 / 0.02) is 3.2, so four of them make 12.9. */
    @Test
    void inFourConfirmedFailuresShouldBeSick() {
        IntStream.range(0, 3).forEach(this::failAndConfirm);
        assertThat(health.isSick()).isFalse();

        failAndConfirm(3);
        assertThat(health.isSick()).isTrue();
        assertThat(health.evidence()).containsExactly("task0", "task1", "task2", "task3");
    }

    @Test
    void inOneOwnerAmongOthersShouldNotMakeItSickAlone() {
        IntStream.range(0, 10).forEach(this::failAndConfirm);
        assertThat(health.onlyAccuser()).isEqualTo("owner");

        health.limitOwners();
        assertThat(health.isSick()).isFalse();

        for (int i = 20; i < 22; i++) {
            health.failed("task" + i, "other");
            health.confirmed("task" + i, "test" + i, "other", EXPECTED);
        }
        health.limitOwners();
        assertThat(health.isSick()).isTrue();
        assertThat(health.onlyAccuser()).isNull();
    }

    /** ln(0.5 / 0.98) is −0.67, so one pass makes room for less than one failure, and five for all. */
    @Test
    void inPassesShouldSpeakForIt() {
        IntStream.range(0, 4).forEach(this::failAndConfirm);
        IntStream.range(0, 2).forEach(i -> health.passed(EXPECTED));
        assertThat(health.isSick()).isFalse();

        failAndConfirm(4);
        assertThat(health.isSick()).isTrue();
    }

    @Test
    void inPassesThatOutweighAllFailuresShouldBeginAnew() {
        failAndConfirm(0);
        IntStream.range(0, 4).forEach(i -> health.passed(EXPECTED));
        assertThat(health.evidence()).containsExactly("task0");

        health.passed(EXPECTED);
        assertThat(health.evidence()).isEmpty();
    }

    @Test
    void inOneTestThatFailsAgainAndAgainShouldCountOnce() {
        for (int i = 0; i < 10; i++) {
            health.failed("task" + i, "owner");
            health.confirmed("task" + i, "the same", "owner", EXPECTED);
        }

        assertThat(health.isSick()).isFalse();
        assertThat(health.failures()).isEqualTo(1);
        assertThat(health.evidence()).containsExactly("task9");
    }

    @Test
    void inFailureThatWasClearedOrForgottenShouldNotCount() {
        health.failed("cleared", "owner");
        health.exonerated("cleared");
        health.confirmed("cleared", "a", "owner", EXPECTED);
        health.failed("forgotten", "owner");
        health.forgetOpen("forgotten");
        health.confirmed("forgotten", "b", "owner", EXPECTED);

        assertThat(health.failures()).isZero();
        assertThat(health.ended()).isZero();
    }

    @Test
    void inThirdFailureInARowShouldBeDoubted() {
        fail(2);
        assertThat(health.isDoubted()).isFalse();

        fail(1);
        assertThat(health.isDoubted()).isTrue();
        assertThat(health.isOnProbation(false)).isTrue();

        health.endProbation();
        assertThat(health.isDoubted()).isFalse();
    }

    @Test
    void inPassShouldEndTheRow() {
        fail(2);
        health.passed(EXPECTED);
        fail(2);

        assertThat(health.isDoubted()).isFalse();
    }

    @Test
    void inDoubtedOfWhichNothingIsOpenShouldNotBeOnProbation() {
        fail(3);
        IntStream.range(0, 3).forEach(i -> health.forgetOpen("task" + i));

        assertThat(health.isDoubted()).isTrue();
        assertThat(health.isOnProbation(false)).isFalse();
    }

    @Test
    void inExoneratedShouldTakeTwiceAsMuchToDoubtIt() {
        health.failed("test's own fault", "owner");
        health.exonerated("test's own fault");

        fail(5);
        assertThat(health.isDoubted()).isFalse();
        fail(1);
        assertThat(health.isDoubted()).isTrue();

        health.passed(EXPECTED);
        fail(3);
        assertThat(health.isDoubted()).as("after a pass").isTrue();
    }

    @Test
    void inManyExonerationsShouldStillBeDoubtedAtLast() {
        IntStream.range(0, 20).forEach(i -> {
            health.failed("t" + i, "owner");
            health.exonerated("t" + i);
        });

        fail(47);
        assertThat(health.isDoubted()).isFalse();
        fail(1);
        assertThat(health.isDoubted()).isTrue();
    }

    @Test
    void inOldResultsShouldFade() {
        IntStream.range(0, 10).forEach(this::failAndConfirm);
        IntStream.range(0, 189).forEach(i -> health.passed(EXPECTED));
        assertThat(health.ended()).isEqualTo(199);
        assertThat(health.failures()).isEqualTo(10);

        health.passed(EXPECTED);
        assertThat(health.ended()).isEqualTo(100);
        assertThat(health.failures()).isEqualTo(5);
    }

    @Test
    void inEvidenceAndVerdictsShouldRememberTheNewestOnly() {
        IntStream.range(0, 33).forEach(this::failAndConfirm);
        for (int i = 0; i < 21; i++) {
            TaskInfo task = Fixtures.task(1, i, "owner", Priority.NORMAL, 1_000, Needs.NOTHING);
            health.gaveFailedVerdict(new FailureScore.Verdict(task, RetryRecord.NEW, Outcome.FAILED, "e1"));
        }

        assertThat(health.evidence()).hasSize(32).doesNotContain("task0").contains("task1", "task32");
        assertThat(health.failedVerdicts())
                .extracting(it -> it.task().index())
                .hasSize(20)
                .startsWith(1)
                .endsWith(20);
    }
}
