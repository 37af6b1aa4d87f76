package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where a task that failed is tried again. */
class RetryPlacementTest {
    private static final long ELSEWHERE_MS = CoreConfig.DEFAULTS.retryElsewhereMs();

    private static final int SECOND_OPINIONS = 80;

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

    /** The second task runs on e2, so the first one, which failed on e1, finds only e1 free. */
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

    /** All but a few of the tasks that fail on e1 wait for e2's word, which is busy. */
    private void failManyOnTheExecutorThatHasRoom() {
        pool.give(online("e1", "i1", 16), online("e2", "i1", 1));
        long[] estimates = LongArrays.of(17 + SECOND_OPINIONS, 9_000);
        pool.give(Fixtures.wholeJob(job, "o", Priority.NORMAL, 0, 0, estimates));
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
