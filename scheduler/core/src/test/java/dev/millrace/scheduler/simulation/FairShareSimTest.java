package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.event.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests how owners and priorities share a pool over minutes of virtual time. */
class FairShareSimTest {
    private static final long WINDOW_MS = 30_000;

    private static PoolSimulation pool(int executors, int slots) {
        return new PoolSimulation(CoreConfig.DEFAULTS, executors, slots, false);
    }

    /** Returns tasks that take 50 ms to 2 s. Their estimates are wrong by up to a factor of three. */
    private static List<SimulatedTask> tasks(int count, long seed) {
        var random = new Random(seed);
        var tasks = new ArrayList<SimulatedTask>();
        for (int i = 0; i < count; i++) {
            long durationMs = 50L + random.nextInt(1_950);
            tasks.add(new SimulatedTask((long) (durationMs * (0.33 + random.nextDouble() * 2.5)), durationMs));
        }
        return tasks;
    }

    private static double share(List<TaskRecord> records, String owner, long fromMs) {
        long mine = 0;
        long all = 0;
        for (TaskRecord it : records) {
            long slotMs = it.slotMsWithin(fromMs, fromMs + WINDOW_MS);
            all += slotMs;
            mine += it.owner().equals(owner) ? slotMs : 0;
        }
        return (double) mine / all;
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0.5", "3, 1, 0.75", "10, 1, 0.909"})
    void inTwoOwnersShouldShareSlotTimeByWeightInEveryWindow(int weightOfA, int weightOfB, double expected) {
        PoolSimulation pool = pool(4, 4);
        pool.quota("a", weightOfA, 0);
        pool.quota("b", weightOfB, 0);
        pool.add(new SimulatedJob(0, "a", Priority.NORMAL, tasks(6_000, 1)));
        pool.add(new SimulatedJob(0, "b", Priority.NORMAL, tasks(6_000, 2)));

        List<TaskRecord> records = pool.run();

        for (long fromMs = 0; fromMs < 240_000; fromMs += WINDOW_MS) {
            assertThat(share(records, "a", fromMs)).as("from %d ms", fromMs).isCloseTo(expected, within(0.05));
        }
    }

    @Test
    void inOwnerWhoComesBackShouldShareFromThereOnAndNotCatchUp() {
        PoolSimulation pool = pool(2, 4);
        pool.add(new SimulatedJob(0, "busy", Priority.NORMAL, tasks(3_000, 3)));
        pool.add(new SimulatedJob(120_000, "late", Priority.NORMAL, tasks(3_000, 4)));

        List<TaskRecord> records = pool.run();

        assertThat(share(records, "late", 122_000)).isCloseTo(0.5, within(0.05));
        assertThat(share(records, "late", 180_000)).isCloseTo(0.5, within(0.05));
    }

    @Test
    void inBacklogOf100000ShouldStartAnUrgentTaskWithinOneSlotsTurn() {
        PoolSimulation pool = pool(4, 2);
        var bulk = new ArrayList<SimulatedTask>();
        for (int i = 0; i < 100_000; i++) {
            bulk.add(new SimulatedTask(20, 20));
        }
        pool.add(new SimulatedJob(0, "ci", Priority.BULK, bulk));
        pool.add(new SimulatedJob(60_000, "person", Priority.URGENT, List.of(new SimulatedTask(1_000, 1_000))));

        List<TaskRecord> records = pool.run();

        TaskRecord urgent = records.stream()
                .filter(it -> it.owner().equals("person"))
                .findFirst()
                .orElseThrow();
        // The urgent task waits for the attempts that its executor already has: one that runs, and those that were sent
        // ahead to cover the
        // time of a commit.
        assertThat(urgent.waitedMs()).isLessThanOrEqualTo(20 + 150);
    }

    @Test
    void inFloodOfUrgentTasksShouldLeaveHalfOfThePoolToOthers() {
        PoolSimulation pool = pool(4, 2);
        pool.add(new SimulatedJob(0, "loud", Priority.URGENT, tasks(2_000, 5)));
        pool.add(new SimulatedJob(0, "quiet", Priority.BULK, tasks(2_000, 6)));

        List<TaskRecord> records = pool.run();

        assertThat(share(records, "quiet", 0)).isCloseTo(0.5, within(0.05));
        assertThat(share(records, "quiet", 60_000)).isCloseTo(0.5, within(0.05));
    }

    @Test
    void inEndlessMoreImportantJobsOfTheSameOwnerShouldStillRunTheOldBulkJob() {
        PoolSimulation pool = pool(1, 2);
        pool.add(new SimulatedJob(0, "o", Priority.BULK, tasks(40, 7)));
        for (int i = 0; i < 120; i++) {
            pool.add(new SimulatedJob(i * 2_000L, "o", Priority.NORMAL, tasks(8, 100 + i)));
        }

        List<TaskRecord> records = pool.run();

        long lastOfBulk = records.stream()
                .filter(it -> it.job() == 0)
                .mapToLong(TaskRecord::endedMs)
                .max()
                .orElseThrow();
        long lastArrival = 119 * 2_000L;
        assertThat(lastOfBulk).isLessThan(lastArrival);
    }

    @Test
    void inNewcomerShouldNotPayForEstimatesThatCameToNothing() {
        PoolSimulation pool = pool(8, 8);
        var broken = new ArrayList<SimulatedTask>();
        for (int i = 0; i < 20_000; i++) {
            broken.add(new SimulatedTask(600_000, 1_000));
        }
        pool.add(new SimulatedJob(0, "broken", Priority.NORMAL, broken));
        pool.add(new SimulatedJob(60_000, "newcomer", Priority.NORMAL, tasks(4_000, 9)));

        List<TaskRecord> records = pool.run();

        assertThat(share(records, "newcomer", 65_000)).isGreaterThan(0.45);
    }

    @Test
    void inPoolOfOneSlotShouldLetOthersInBetweenUrgentTasks() {
        PoolSimulation pool = pool(1, 1);
        pool.add(new SimulatedJob(0, "loud", Priority.URGENT, tasks(100, 10)));
        pool.add(new SimulatedJob(0, "quiet", Priority.BULK, tasks(30, 11)));

        List<TaskRecord> records = pool.run();

        assertThat(share(records, "quiet", 0)).isGreaterThan(0.3);
    }

    @Test
    void inQuotaShouldNeverHoldMoreSlots() {
        PoolSimulation pool = pool(2, 4);
        pool.quota("capped", 1, 3);
        pool.add(new SimulatedJob(0, "capped", Priority.URGENT, tasks(300, 8)));

        List<TaskRecord> records = pool.run();

        for (TaskRecord one : records) {
            long atOnce = records.stream()
                    .filter(it -> it.startedMs() <= one.startedMs() && it.endedMs() > one.startedMs())
                    .count();
            assertThat(atOnce).isLessThanOrEqualTo(3);
        }
    }
}
