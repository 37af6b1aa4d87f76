package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests on which executor, and when, a failed task is tried again. */
class RetryPlacementTest {
    private static final long ELSEWHERE_MS = CoreConfig.DEFAULTS.retryElsewhereMs();

    private static final int SECOND_OPINIONS = 80;
    private static final Needs GPU = new Needs(0, 0, Map.of("gpu", "a100"));

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);
    private final Set<AttemptKey> ended = new HashSet<>();

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    private void end(TaskDispatched attempt, Outcome outcome) {
        ended.add(attempt.attemptKey());
        pool.give(finished(attempt, outcome));
    }

    private void passTime(long ms) {
        pool.tickMs += ms;
        for (String executor : List.of("e1", "e2")) {
            List<AttemptKey> held = pool.all(TaskDispatched.class).stream()
                    .filter(it -> it.executorId().equals(executor))
                    .map(TaskDispatched::attemptKey)
                    .filter(it -> !ended.contains(it))
                    .toList();
            pool.give(new ExecutorHeartbeat(executor, Fixtures.POOL, "i1", held.size(), "", held));
        }
        pool.tickAfter(0);
    }

    /** Lets the first task fail on e1 while the second task still runs on e2. Then only e1 is free, where the first task has failed. */
    private void failWhereOnlyTheSameIsFree() {
        pool.give(online("e1", "i1", 1), online("e2", "i1", 1));
        pool.give(wholeJob(job, 1, 9_000, 8_000));
        assertThat(dispatch(0).executorId()).isEqualTo("e1");
        end(dispatch(0), Outcome.FAILED);
    }

    @Test
    void inRetryShouldWaitForAnotherExecutorAWhileAndThenGoBack() {
        failWhereOnlyTheSameIsFree();
        assertThat(dispatch(0).attempt()).isEqualTo(1);

        passTime(ELSEWHERE_MS - 1);
        assertThat(dispatch(0).attempt()).isEqualTo(1);
        passTime(1);
        assertThat(dispatch(0).attempt()).isEqualTo(2);
        assertThat(dispatch(0).executorId()).isEqualTo("e1");
    }

    @Test
    void inRetryShouldTakeAnotherExecutorAsSoonAsItIsFree() {
        failWhereOnlyTheSameIsFree();

        end(dispatch(1), Outcome.PASSED);

        assertThat(dispatch(0).attempt()).isEqualTo(2);
        assertThat(dispatch(0).executorId()).isEqualTo("e2");
    }

    @Test
    void inRetryThatWaitsShouldLetOthersHaveTheSlot() {
        failWhereOnlyTheSameIsFree();
        String other = Fixtures.job(2);

        pool.give(wholeJob(other, 0, 1_000));

        assertThat(pool.dispatchOf(Ids.taskId(other, 0)))
                .hasValueSatisfying(it -> assertThat(it.executorId()).isEqualTo("e1"));
    }

    @Test
    void inPoolOfOneExecutorShouldTryAgainThereAtOnce() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 1, 9_000));

        end(dispatch(0), Outcome.FAILED);

        assertThat(dispatch(0).attempt()).isEqualTo(2);
    }

    /** Lets many tasks fail on e1. Most of them then wait for a second opinion from e2, which is busy. */
    private void failManyOnTheExecutorThatHasRoom() {
        pool.give(online("e1", "i1", 16), online("e2", "i1", 1));
        long[] estimates = LongArrays.of(17 + SECOND_OPINIONS, 9_000);
        pool.give(Fixtures.wholeJob(job, "o", Priority.NORMAL, 0, 0, estimates));
        failManyOnE1();
    }

    private void failManyOnE1() {
        var failed = new HashSet<String>();
        for (int i = 0; i < 16 + SECOND_OPINIONS; i++) {
            TaskDispatched next = pool.all(TaskDispatched.class).stream()
                    .filter(it -> it.executorId().equals("e1") && failed.add(it.taskId()))
                    .findFirst()
                    .orElseThrow();
            end(next, Outcome.FAILED);
        }
    }

    @Test
    void inManyTasksThatWaitForASecondOpinionShouldLetOthersHaveTheSlots() {
        failManyOnTheExecutorThatHasRoom();
        assertThat(pool.all(RetryScheduled.class)).hasSizeGreaterThan(64);
        String other = Fixtures.job(2);

        pool.give(Fixtures.wholeJob(other, "o", Priority.NORMAL, 0, 0, 1_000));

        assertThat(pool.dispatchOf(Ids.taskId(other, 0)))
                .hasValueSatisfying(it -> assertThat(it.executorId()).isEqualTo("e1"));
    }

    private static ExecutorOnline labelled(String id, int slots) {
        return new ExecutorOnline(id, Fixtures.POOL, "i1", slots, "host", GPU.labels(), null, null);
    }

    private void submitNeedingGpu(String jobId, Priority priority, int tasks) {
        pool.give(Fixtures.wholeJob(jobId, "o", priority, 0, 1, LongArrays.of(tasks, 9_000)).stream()
                .map(it -> it instanceof TaskQueued task
                        ? Fixtures.queued(
                                jobId, task.index(), 9_000, null, priority == Priority.URGENT ? 1 : 0, null, GPU)
                        : it)
                .toList());
    }

    /**
     * The search for a task checks at most 64 retries with the same needs. Here, none of the oldest 64 may run on the executor that is held
     * for the urgent task.
     */
    @Test
    void inReservationBehindManyThatCannotUseItShouldBeMadeOnceAndHoldNobodyUp() {
        pool.give(labelled("e1", 16), labelled("e2", 1), online("e3", "i1", 1));
        submitNeedingGpu(job, Priority.NORMAL, 17 + SECOND_OPINIONS);
        failManyOnE1();
        assertThat(pool.all(RetryScheduled.class)).hasSizeGreaterThan(64);
        submitNeedingGpu(Fixtures.job(2), Priority.NORMAL, 16);
        String urgent = Fixtures.job(3);
        submitNeedingGpu(urgent, Priority.URGENT, 1);
        end(onE2(), Outcome.PASSED);
        TaskDispatched wanted = pool.dispatchOf(Ids.taskId(urgent, 0)).orElseThrow();
        assertThat(wanted.executorId()).isEqualTo("e2");

        end(wanted, Outcome.FAILED);
        String other = Fixtures.job(4);
        pool.give(Fixtures.wholeJob(other, "p", Priority.NORMAL, 0, 0, 1_000));

        assertThat(pool.all(ExecutorReserved.class))
                .extracting(ExecutorReserved::taskId)
                .containsOnlyOnce(wanted.taskId());
        assertThat(onE2().jobId()).isEqualTo(job);
        assertThat(pool.dispatchOf(Ids.taskId(other, 0)).orElseThrow().executorId())
                .isEqualTo("e3");
    }

    private TaskDispatched onE2() {
        return pool.all(TaskDispatched.class).stream()
                .filter(it -> it.executorId().equals("e2") && !ended.contains(it.attemptKey()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void inSecondOpinionThatNobodyGivesShouldGoBackAfterAWhile() {
        failManyOnTheExecutorThatHasRoom();
        RetryScheduled waiting = pool.all(RetryScheduled.class).get(0);

        passTime(CoreConfig.DEFAULTS.secondOpinionMs() - 1);
        assertThat(pool.dispatchOf(waiting.taskId()).orElseThrow().attempt()).isEqualTo(1);
        passTime(1);
        assertThat(pool.dispatchOf(waiting.taskId()).orElseThrow())
                .satisfies(it -> assertThat(it.attempt()).isEqualTo(2))
                .satisfies(it -> assertThat(it.executorId()).isEqualTo("e1"));
    }
}
