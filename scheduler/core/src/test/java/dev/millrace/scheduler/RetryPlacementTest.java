package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a task that failed is tried again. */
class RetryPlacementTest {
    private static final long ELSEWHERE_MS = CoreConfig.DEFAULTS.retryElsewhereMs();

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    private void passTime(long ms) {
        pool.tickMs += ms;
        for (String executor : List.of("e1", "e2")) {
            pool.give(new ExecutorHeartbeat(executor, Fixtures.POOL, "i1", 0, "", null));
        }
        pool.tickAfter(0);
    }

    /** The second task runs on e2, so the first one, which failed on e1, finds only e1 free. */
    private void failWhereOnlyTheSameIsFree() {
        pool.give(online("e1", "i1", 1), online("e2", "i1", 1));
        pool.give(wholeJob(job, 1, 9_000, 8_000));
        assertThat(dispatch(0).executorId()).isEqualTo("e1");
        pool.give(finished(dispatch(0), Outcome.FAILED));
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

        pool.give(finished(dispatch(1), Outcome.PASSED));

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

        pool.give(finished(dispatch(0), Outcome.FAILED));

        assertThat(dispatch(0).attempt()).isEqualTo(2);
    }
}
