package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests attempts that are sent to an executor before it has a free slot for them, also when its slots do not become free as early as
 * expected.
 */
class LookAheadSimTest {
    private static final long LONG_MS = 60_000;
    private static final int SLOTS = 16;

    private static List<SimulatedTask> tasks(int count, long estimateMs, long durationMs) {
        return Collections.nCopies(count, new SimulatedTask(estimateMs, durationMs));
    }

    @Test
    void inBriefTasksThatAreLongShouldNotHoldWhatIsUrgentForLongerThanOneOfThem() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 4, 4, true);
        pool.add(new SimulatedJob(0, "flooding", Priority.BULK, tasks(2_000, 1, LONG_MS)));
        pool.add(new SimulatedJob(5_000, "urgent", Priority.URGENT, tasks(4, 1_000, 1_000)));

        List<TaskRecord> records = pool.runUntil(2 * LONG_MS);

        assertThat(records).filteredOn(it -> it.owner().equals("urgent")).hasSize(4);
        assertThat(pool.decisions())
                .filteredOn(RetryScheduled.class::isInstance)
                .as("nobody pays for being called back")
                .allMatch(it -> ((RetryScheduled) it).budget() == RetryBudget.FREE);
    }

    @Test
    void inBriefTasksThatAreLongShouldLeaveAnEqualOwnerItsShare() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 4, 4, false);
        pool.add(new SimulatedJob(0, "flooding", Priority.NORMAL, tasks(2_000, 1, 10_000)));
        pool.add(new SimulatedJob(2_000, "steady", Priority.NORMAL, tasks(10_000, 1_000, 1_000)));

        long ofSteady = pool.runUntil(5 * LONG_MS).stream()
                .filter(it -> it.owner().equals("steady"))
                .mapToLong(it -> it.slotMsWithin(LONG_MS, 5 * LONG_MS))
                .sum();

        assertThat(ofSteady / (SLOTS * 4.0 * LONG_MS)).isBetween(0.45, 0.6);
    }

    @Test
    void inBriefTasksThatAreBriefShouldNeverBeCalledBack() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 4, 4, true);
        pool.add(new SimulatedJob(0, "brief", Priority.NORMAL, tasks(5_000, 25, 40)));
        pool.add(new SimulatedJob(0, "steady", Priority.NORMAL, tasks(100, 1_000, 1_000)));

        pool.run();

        assertThat(pool.decisions()).noneMatch(AttemptRevoked.class::isInstance);
        assertThat(pool.decisions()).filteredOn(TaskCompleted.class::isInstance).hasSize(5_100);
    }
}
