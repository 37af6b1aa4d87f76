package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskStarted;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a single job or executor cannot hold up the others, whatever input it causes. */
class OthersGoOnTest {
    private final Harness pool = new Harness();

    @Test
    void inCancelOfManyTasksShouldPlaceOthersMeanwhile() {
        for (int job = 10; job < 14; job++) {
            pool.give(
                    Fixtures.wholeJob(Fixtures.job(job), "cancels", Priority.BULK, 0, 0, LongArrays.of(10_000, 5_000)));
        }
        for (int job = 10; job < 14; job++) {
            pool.give(Fixtures.cancel(Fixtures.job(job)));
        }
        pool.give(Fixtures.wholeJob(Fixtures.job(1), "other", Priority.NORMAL, 0, 0, 1_000, 1_000));

        pool.give(Fixtures.online("e1", "i1", 4));

        assertThat(pool.all(TaskDispatched.class))
                .extracting(TaskDispatched::jobId)
                .as("while 40,000 verdicts are due")
                .containsExactly(Fixtures.job(1), Fixtures.job(1));
        assertThat(pool.state().queuedTasks()).isPositive();
    }

    @Test
    void inListOfManyUnknownAttemptsShouldRevokeNoMoreThanAnInputMayCause() {
        pool.give(Fixtures.online("e1", "i1", 4));
        int most = CoreConfig.DEFAULTS.maxEventsPerInput();
        List<AttemptKey> unknown = IntStream.range(0, 3 * most)
                .mapToObj(i -> new AttemptKey(Ids.taskId(Fixtures.job(1), i), 1, new Epoch(1, i)))
                .toList();

        var events = pool.give(new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 0, "h", unknown));

        assertThat(events).hasSize(most).hasOnlyElementsOfType(AttemptRevoked.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_001, Integer.MAX_VALUE})
    void inExecutorWithSlotsThatNoneMayHaveShouldNotJoin(int slots) {
        pool.give(Fixtures.online("e1", "i1", slots));

        assertThat(pool.all(ExecutorJoined.class)).isEmpty();
        assertThat(pool.state().fleet().all()).isEmpty();
    }

    @Test
    void inReportThatNamesAnotherJobShouldTellOfTheTasksOwn() {
        pool.give(Fixtures.online("e1", "i1", 4));
        pool.give(Fixtures.wholeJob(Fixtures.job(1), 0, 5_000));
        TaskDispatched it = pool.all(TaskDispatched.class).get(0);

        pool.give(new AttemptStarted(
                it.taskId(), Fixtures.job(2), it.pool(), it.attempt(), it.epoch(), "e1", "i1", 0, 0));

        assertThat(pool.all(TaskStarted.class)).extracting(TaskStarted::jobId).containsExactly(Fixtures.job(1));
    }
}
