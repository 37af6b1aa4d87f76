package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** However large a job is, one input causes only a limited number of events. The other events follow with the next inputs. */
@Tag("P6")
class BoundedWorkTest {
    private static final int TASKS = 100_000;

    /**
     * The largest number of events of one input. The scheduler completes a step that it has begun, so the last step may exceed the limit by
     * a few events.
     */
    private static final int MOST = CoreConfig.DEFAULTS.maxEventsPerInput() + 5;

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);
    private int inputs;

    private void queue(int failFast) {
        pool.give(Fixtures.wholeJob(job, "owner", Priority.NORMAL, failFast, 0, LongArrays.of(TASKS, 5_000)));
    }

    private void ticksUntilItEnds() {
        while (pool.all(JobCompleted.class).isEmpty()) {
            inputs++;
            assertThat(pool.tickAfter(250)).hasSizeLessThanOrEqualTo(MOST);
        }
    }

    private void assertAllDecidedAs(Outcome outcome, int expected) {
        assertThat(pool.all(TaskCompleted.class).stream()
                        .filter(it -> it.outcome() == outcome)
                        .count())
                .isEqualTo(expected);
        assertThat(pool.all(TaskCompleted.class)).hasSize(TASKS);
        assertThat(inputs).isBetween(TASKS / MOST, 2 * TASKS / CoreConfig.DEFAULTS.maxEventsPerInput());
    }

    @Test
    void inCancelShouldDecideStepByStep() {
        queue(0);

        List<Event> first = pool.give(Fixtures.cancel(job));

        assertThat(first).hasSizeBetween(2, MOST);
        ticksUntilItEnds();
        assertAllDecidedAs(Outcome.CANCELLED, TASKS);
    }

    @Test
    void inFailFastShouldDecideStepByStep() {
        queue(1);
        pool.give(Fixtures.online("e1", "i1", 1));
        TaskDispatched failing = pool.all(TaskDispatched.class).get(0);

        List<Event> first = pool.give(Fixtures.finished(failing, Outcome.FAILED));

        assertThat(first).hasSizeBetween(2, MOST);
        ticksUntilItEnds();
        assertAllDecidedAs(Outcome.CANCELLED, TASKS - 1);
        assertThat(pool.all(JobCompleted.class))
                .extracting(JobCompleted::status)
                .containsExactly(JobStatus.FAILED);
    }

    @Test
    void inExpiryShouldDecideStepByStep() {
        queue(0);
        pool.tickAfter(0);

        List<Event> first = pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() + 1);

        assertThat(first).hasSizeBetween(2, MOST);
        ticksUntilItEnds();
        assertAllDecidedAs(Outcome.EXPIRED, TASKS);
    }
}
