package dev.millrace.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskCompleted;
import org.junit.jupiter.api.Test;

class JobCountersTest {
    private static final JobCounts RUNNING = new JobCounts(10, 2, 3, 1, 1, 1, 1, 1, 0, 4);
    private static final JobCounters COUNTERS = new JobCounters(RUNNING, 8, 1, 1, 9_000, 0, 0, 0);

    private static TaskCompleted end(Outcome outcome, boolean flaky, boolean gating) {
        String job = Fixtures.job(1);
        return new TaskCompleted(
                Ids.taskId(job, 0),
                job,
                Fixtures.POOL,
                1,
                0,
                "t",
                "project",
                "project/-/t",
                0,
                outcome.finalVerdict(),
                outcome,
                1,
                1,
                null,
                "e1",
                flaky,
                gating,
                "reason",
                0,
                0,
                null,
                null,
                null);
    }

    @Test
    void inQueuedShouldWaitWithItsEstimate() {
        assertThat(COUNTERS.queued(500))
                .isEqualTo(new JobCounters(new JobCounts(10, 3, 3, 1, 1, 1, 1, 1, 0, 4), 9, 1, 1, 9_500, 0, 0, 0));
    }

    @Test
    void inPlacedShouldRunInsteadOfWait() {
        assertThat(COUNTERS.placed().counts()).isEqualTo(new JobCounts(10, 1, 4, 1, 1, 1, 1, 1, 0, 4));
    }

    @Test
    void inRetriedShouldWaitAgainAndCountTheRetry() {
        assertThat(COUNTERS.retried().counts()).isEqualTo(new JobCounts(10, 3, 2, 1, 1, 1, 1, 1, 0, 5));
    }

    @Test
    void inPassedShouldTakeOffItsEstimate() {
        assertThat(COUNTERS.completed(end(Outcome.PASSED, false, true), true, 400))
                .isEqualTo(new JobCounters(new JobCounts(10, 2, 2, 2, 1, 1, 1, 1, 0, 4), 8, 1, 1, 8_600, 0, 0, 0));
    }

    @Test
    void inFlakyShouldBePassedAndFlaky() {
        assertThat(COUNTERS.completed(end(Outcome.PASSED, true, true), true, 400)
                        .counts())
                .isEqualTo(new JobCounts(10, 2, 2, 2, 1, 2, 1, 1, 0, 4));
    }

    @Test
    void inFailedShouldFailTheJobIfItGates() {
        JobCounters gating = COUNTERS.completed(end(Outcome.FAILED, false, true), true, 0);
        JobCounters other = COUNTERS.completed(end(Outcome.FAILED, false, false), true, 0);

        assertThat(gating)
                .isEqualTo(new JobCounters(new JobCounts(10, 2, 2, 1, 2, 1, 1, 1, 0, 4), 8, 2, 1, 9_000, 0, 0, 0));
        assertThat(other.gatingFailed()).isEqualTo(1);
    }

    @Test
    void inTimeoutOrSilenceShouldBeFailedAndTimedOut() {
        var expected = new JobCounts(10, 2, 2, 1, 2, 1, 2, 1, 0, 4);

        assertThat(COUNTERS.completed(end(Outcome.TIMED_OUT, false, true), true, 0)
                        .counts())
                .isEqualTo(expected);
        assertThat(COUNTERS.completed(end(Outcome.SILENT, false, true), true, 0).counts())
                .isEqualTo(expected);
    }

    @Test
    void inInfrastructureShouldLeaveTheJobUndecidedIfItGates() {
        JobCounters gating = COUNTERS.completed(end(Outcome.EXPIRED, false, true), false, 0);
        JobCounters other = COUNTERS.completed(end(Outcome.EXPIRED, false, false), false, 0);

        assertThat(gating)
                .isEqualTo(new JobCounters(new JobCounts(10, 1, 3, 1, 1, 1, 1, 2, 0, 4), 8, 1, 2, 9_000, 0, 0, 0));
        assertThat(other.gatingUndecided()).isEqualTo(1);
    }

    @Test
    void inCancelledShouldBeNeither() {
        assertThat(COUNTERS.completed(end(Outcome.CANCELLED, false, true), false, 0))
                .isEqualTo(new JobCounters(new JobCounts(10, 1, 3, 1, 1, 1, 1, 1, 1, 4), 8, 1, 1, 9_000, 0, 0, 0));
    }

    @Test
    void inReopenedShouldTakeBackExactlyWhatWasCounted() {
        for (Outcome outcome :
                new Outcome[] {Outcome.FAILED, Outcome.TIMED_OUT, Outcome.SILENT, Outcome.EXECUTOR_LOST}) {
            for (boolean gating : new boolean[] {true, false}) {
                JobCounters waiting = COUNTERS.placed().retried();
                JobCounters reopened = COUNTERS.placed()
                        .completed(end(outcome, false, gating), true, 700)
                        .reopened(outcome, gating, 700);

                assertThat(reopened).as("%s, gating: %s", outcome, gating).isEqualTo(waiting);
            }
        }
    }

    @Test
    void inRetryOfTheJobShouldKeepWhatPassed() {
        var ended = new JobCounts(10, 0, 0, 6, 2, 3, 1, 1, 1, 4);

        assertThat(JobCounters.kept(ended, true)).isEqualTo(new JobCounts(10, 0, 0, 6, 0, 3, 0, 0, 0, 4));
        assertThat(JobCounters.kept(ended, false)).isEqualTo(new JobCounts(10, 0, 0, 0, 0, 0, 0, 0, 0, 4));
        assertThat(JobCounters.ofRerun(JobCounters.kept(ended, true), 4, 0).queuedUpTo())
                .isEqualTo(6);
    }

    @Test
    void inRestoredStateShouldCountTheOpenTasksAnew() {
        assertThat(COUNTERS.recounted(4, 1, 700, 0))
                .isEqualTo(
                        new JobCounters(new JobCounts(10, 4, 1, 1, 1, 1, 1, 1, 0, 4), 3 + 4 + 1, 1, 1, 700, 0, 0, 0));
    }

    @Test
    void inEndShouldSayWhatTheGatingTasksSay() {
        assertThat(new JobCounters(RUNNING, 8, 1, 1, 0, 0, 0, 0).status()).isEqualTo(JobStatus.FAILED);
        assertThat(new JobCounters(RUNNING, 8, 0, 1, 0, 0, 0, 0).status()).isEqualTo(JobStatus.INFRASTRUCTURE);
        assertThat(new JobCounters(RUNNING, 8, 0, 0, 0, 0, 0, 0).status()).isEqualTo(JobStatus.PASSED);
        assertThat(COUNTERS.complete()).isFalse();
        assertThat(new JobCounters(new JobCounts(4, 0, 0, 1, 1, 0, 0, 1, 1, 0), 4, 0, 0, 0, 0, 0, 0).complete())
                .isTrue();
    }
}
