package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.submitted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class HedgingTest {
    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);
    private final String task = Ids.taskId(job, 0);

    private void queue(boolean repeatable, int retries) {
        pool.give(online("e1", "i1", 1), online("e2", "i2", 1));
        pool.give(submitted(job), planned(job, 1));
        pool.give(Fixtures.queued(job, 0, 2_000, 3_000L, retries, repeatable));
    }

    private TaskDispatched started() {
        TaskDispatched dispatch = pool.dispatchOf(task).orElseThrow();
        pool.give(new AttemptStarted(
                task,
                job,
                Fixtures.POOL,
                dispatch.attempt(),
                dispatch.epoch(),
                dispatch.executorId(),
                dispatch.incarnation(),
                0,
                pool.wallMs));
        return dispatch;
    }

    /** Lets time pass, while both executors send heartbeats. */
    private void pass(long ms) {
        for (long passed = 0; passed < ms; passed += 500) {
            pool.give(heartbeat("e1", "i1"), heartbeat("e2", "i2"));
            pool.tickAfter(500);
        }
    }

    private static ExecutorHeartbeat heartbeat(String executor, String incarnation) {
        return new ExecutorHeartbeat(executor, Fixtures.POOL, incarnation, 0, "h", null);
    }

    /**
     * Starts an attempt that takes too long, and then the second attempt that the scheduler dispatches. Returns both, the first one first.
     */
    private List<TaskDispatched> hedged(int retries) {
        queue(true, retries);
        TaskDispatched first = started();
        pass(3_500);
        return List.of(first, started());
    }

    @Test
    void inStragglerWithAnIdleSlotElsewhereShouldStartItASecondTime() {
        queue(true, 0);
        TaskDispatched first = started();
        pass(2_500);
        assertThat(pool.all(TaskHedged.class)).isEmpty();

        pass(1_000);

        assertThat(pool.all(TaskHedged.class)).singleElement().satisfies(it -> {
            assertThat(it.stragglerExecutorId()).isEqualTo(first.executorId());
            assertThat(it.executorId()).isNotEqualTo(first.executorId());
            assertThat(it.attempt()).isEqualTo(2);
            assertThat(it.hedgeAfterMs()).isEqualTo(3_000);
            assertThat(it.ranMs()).isBetween(3_000L, 3_500L);
        });
        assertThat(pool.dispatchOf(task).orElseThrow().executorId()).isNotEqualTo(first.executorId());
    }

    @Test
    void inHedgedShouldTakeTheFirstResultAndStopTheOther() {
        List<TaskDispatched> both = hedged(0);

        List<Event> answer = pool.give(finished(both.get(1), Outcome.PASSED));

        assertThat(answer).hasAtLeastOneElementOfType(JobCompleted.class);
        assertThat(pool.all(TaskCompleted.class)).singleElement().satisfies(it -> {
            assertThat(it.verdict()).isEqualTo(Verdict.PASSED);
            assertThat(it.decidedBy()).isEqualTo(2);
            assertThat(it.attempts()).isEqualTo(2);
            assertThat(it.flaky()).isFalse();
        });
        assertThat(pool.all(AttemptDropped.class)).singleElement().satisfies(it -> {
            assertThat(it.outcome()).isEqualTo(Outcome.SUPERSEDED);
            assertThat(it.attempt()).isEqualTo(1);
        });
        assertThat(pool.all(AttemptRevoked.class))
                .singleElement()
                .extracting(AttemptRevoked::executorId)
                .isEqualTo(both.get(0).executorId());
    }

    @Test
    void inResultOfTheLoserShouldDecideNothing() {
        List<TaskDispatched> both = hedged(0);
        pool.give(finished(both.get(0), Outcome.PASSED));

        List<Event> answer = pool.give(finished(both.get(1), Outcome.FAILED));

        assertThat(answer).isEmpty();
    }

    @Test
    void inHedgedWhoseFirstAttemptFailsShouldLetTheSecondBeTheRetry() {
        List<TaskDispatched> both = hedged(1);

        pool.give(finished(both.get(0), Outcome.FAILED));

        assertThat(pool.all(RetryScheduled.class)).isEmpty();
        assertThat(pool.all(AttemptDropped.class))
                .singleElement()
                .extracting(AttemptDropped::budget)
                .isEqualTo(RetryBudget.TEST);
        pool.give(finished(both.get(1), Outcome.PASSED));
        assertThat(pool.all(TaskCompleted.class)).singleElement().matches(TaskCompleted::flaky);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .matches(it -> it.counts().retried() == 1);
    }

    @Test
    void inHedgedWhoseExecutorIsLostShouldGoOnWithTheOther() {
        List<TaskDispatched> both = hedged(0);

        pool.give(online(both.get(0).executorId(), "another life", 1));
        pass(CoreConfig.DEFAULTS.leaseMs() + 500);

        assertThat(pool.all(TaskCompleted.class)).isEmpty();
        assertThat(pool.all(AttemptDropped.class))
                .singleElement()
                .extracting(AttemptDropped::outcome)
                .isEqualTo(Outcome.EXECUTOR_LOST);
        pool.give(finished(both.get(1), Outcome.PASSED));
        assertThat(pool.all(TaskCompleted.class)).hasSize(1);
    }

    @Test
    void inHedgedShouldNeverBeHedgedAgain() {
        List<TaskDispatched> both = hedged(0);
        TaskDispatched second = both.get(1);
        pool.give(new AttemptReturned(
                task,
                job,
                Fixtures.POOL,
                second.attempt(),
                second.epoch(),
                second.executorId(),
                second.incarnation(),
                "full"));

        pass(20_000);

        assertThat(pool.all(TaskHedged.class)).hasSize(1);
    }

    @Test
    void inTaskThatMayNotRunTwiceShouldWait() {
        queue(false, 0);
        started();

        pass(20_000);

        assertThat(pool.all(TaskHedged.class)).isEmpty();
    }

    @Test
    void inPoolWhereSomebodyWaitsShouldGiveTheSlotToWhoWaits() {
        queue(true, 0);
        started();
        String other = Fixtures.job(2);
        pool.give(Fixtures.wholeJob(other, 0, 60_000, 60_000));

        pass(20_000);

        assertThat(pool.all(TaskHedged.class)).isEmpty();
    }

    @Test
    void inPoolWithoutHedgingShouldWait() {
        pool.give(new PoolSettingsRequested(Fixtures.POOL, "op", 50, 0));
        queue(true, 0);
        started();

        pass(20_000);

        assertThat(pool.all(TaskHedged.class)).isEmpty();
    }

    @Test
    void inCancelledJobShouldStopBothAttempts() {
        hedged(0);

        pool.give(Fixtures.cancel(job));

        assertThat(pool.all(AttemptRevoked.class))
                .extracting(AttemptRevoked::executorId)
                .containsExactlyInAnyOrder("e1", "e2");
        assertThat(pool.all(TaskCompleted.class)).hasSize(1);
    }
}
