package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.POOL;
import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.Verdict;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The scheduler may read a record about an executor before the reports of the executor's attempts, even if the reports were written
 * earlier, because they are on different topics.
 */
@Tag("P3")
class OvertakingTest {
    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    @BeforeEach
    void place() {
        pool.give(online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(job, 0, 5_000));
    }

    private TaskDispatched dispatch() {
        return pool.dispatchOf(Ids.taskId(job, 0)).orElseThrow();
    }

    @Test
    void inResultReadAfterItsExecutorWentOfflineShouldCount() {
        pool.give(new ExecutorOffline("e1", POOL, "i1"));

        pool.give(finished(dispatch(), Outcome.PASSED));

        assertThat(pool.all(LeaseExpired.class)).hasSize(1);
        assertThat(pool.all(RetryScheduled.class)).isEmpty();
        assertThat(pool.all(TaskCompleted.class)).singleElement().matches(it -> it.verdict() == Verdict.PASSED);
    }

    @Test
    void inResultReadAfterItsExecutorCameBackShouldCount() {
        pool.give(online("e1", "i2", 1));

        pool.give(finished(dispatch(), Outcome.PASSED));

        assertThat(pool.all(RetryScheduled.class)).isEmpty();
        assertThat(pool.all(TaskCompleted.class)).singleElement().matches(it -> it.verdict() == Verdict.PASSED);
    }

    @Test
    void inReturnReadAfterItsExecutorWentOfflineShouldCostNothing() {
        pool.give(new ExecutorOffline("e1", POOL, "i1"));
        TaskDispatched it = dispatch();

        pool.give(new AttemptReturned(it.taskId(), it.jobId(), POOL, it.attempt(), it.epoch(), "e1", "i1", "stopping"));

        assertThat(pool.all(RetryScheduled.class))
                .singleElement()
                .matches(retry -> retry.outcome() == Outcome.RETURNED);
    }

    @Test
    void inAttemptOfWhichNothingIsReadForALeaseShouldBeLost() {
        pool.give(new ExecutorOffline("e1", POOL, "i1"));

        pool.tickAfter(CoreConfig.DEFAULTS.leaseMs());
        assertThat(pool.all(RetryScheduled.class)).isEmpty();
        pool.tickAfter(1);

        assertThat(pool.all(RetryScheduled.class)).singleElement().matches(it -> it.outcome() == Outcome.EXECUTOR_LOST);
    }

    @Test
    void inRestartedShouldStillWaitForTheEndAndThenGiveItUp() {
        pool.give(new ExecutorOffline("e1", POOL, "i1"));
        pool.restart(List.of(job), List.of(Ids.taskId(job, 0)), List.of("e1"), "owner");

        pool.tickAfter(CoreConfig.DEFAULTS.leaseMs() + 1);

        assertThat(pool.all(RetryScheduled.class)).singleElement().matches(it -> it.outcome() == Outcome.EXECUTOR_LOST);
    }

    @Test
    void inPausedIncarnationThatGoesOnShouldNotBeToldToStopWhileItsResultMayCount() {
        pool.give(online("e1", "i2", 1));
        TaskDispatched it = dispatch();

        pool.give(new ExecutorHeartbeat("e1", POOL, "i1", 1, "h", List.of(it.attemptKey())));

        assertThat(pool.all(AttemptRevoked.class)).isEmpty();
    }
}
