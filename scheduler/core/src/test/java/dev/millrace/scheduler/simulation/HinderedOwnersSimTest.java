package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the shares of a pool in which some owners cannot always use their own share. */
class HinderedOwnersSimTest {
    private static final long WINDOW_MS = 30_000;
    private static final long MINUTE_MS = 60_000;
    private static final int SLOTS = 10;
    private static final Map<String, String> GPU = Map.of("gpu", "yes");

    private static PoolSimulation pool() {
        return new PoolSimulation(CoreConfig.DEFAULTS, 1, SLOTS, false);
    }

    private static void work(PoolSimulation pool, long atMs, String owner, int tasks, long durationMs) {
        pool.add(new SimulatedJob(
                atMs, owner, Priority.NORMAL, Collections.nCopies(tasks, new SimulatedTask(durationMs, durationMs))));
    }

    private static void needy(PoolSimulation pool, long atMs, String owner, int tasks, long durationMs) {
        var task = new SimulatedTask(
                durationMs,
                0,
                List.of(new SimulatedAttempt(durationMs, Outcome.PASSED)),
                0,
                true,
                true,
                new Needs(0, 0, GPU));
        pool.add(new SimulatedJob(atMs, owner, Priority.NORMAL, Collections.nCopies(tasks, task)));
    }

    /** Returns the part of all slots that an owner used in the window that starts at {@code fromMs}. */
    private static double share(List<TaskRecord> records, String owner, long fromMs, int slots) {
        long mine = records.stream()
                .filter(it -> it.owner().equals(owner))
                .mapToLong(it -> it.slotMsWithin(fromMs, fromMs + WINDOW_MS))
                .sum();
        return (double) mine / (slots * WINDOW_MS);
    }

    private static void assertShares(
            List<TaskRecord> records, long fromMs, long toMs, int slots, Map<String, Double> shares) {
        for (long from = fromMs; from + WINDOW_MS <= toMs; from += WINDOW_MS) {
            long window = from;
            shares.forEach((owner, due) -> assertThat(share(records, owner, window, slots))
                    .as("%s from %d ms", owner, window)
                    .isCloseTo(due, within(0.05 * due)));
        }
    }

    @Test
    void inOwnerWhoseTaskNobodyCanRunShouldNotCostTheSteadyOneItsShare() {
        PoolSimulation pool = pool();
        needy(pool, 0, "stuck", 1, 1_000);
        work(pool, 0, "steady", 20_000, 1_000);
        work(pool, 10 * MINUTE_MS, "newcomer", 5_000, 1_000);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        assertShares(records, 10 * MINUTE_MS + 2_000, 12 * MINUTE_MS, SLOTS, Map.of("steady", 0.5, "newcomer", 0.5));
    }

    @Test
    void inOwnerAtItsQuotaShouldNotCostTheSteadyOneItsShare() {
        PoolSimulation pool = pool();
        pool.quota("capped", 1, 1);
        work(pool, 0, "capped", 2_000, 1_000);
        work(pool, 0, "steady", 20_000, 1_000);
        work(pool, 10 * MINUTE_MS, "newcomer", 5_000, 1_000);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        assertShares(records, 0, 10 * MINUTE_MS - 2_000, SLOTS, Map.of("capped", 0.1, "steady", 0.9));
        assertShares(
                records,
                10 * MINUTE_MS + 2_000,
                12 * MINUTE_MS,
                SLOTS,
                Map.of("capped", 0.1, "steady", 0.45, "newcomer", 0.45));
    }

    @Test
    void inLiftedQuotaShouldShareFromThereOnAndNotCatchUp() {
        PoolSimulation pool = pool();
        pool.quota("capped", 1, 1);
        work(pool, 0, "capped", 10_000, 1_000);
        work(pool, 0, "steady", 20_000, 1_000);
        pool.quotaAt(10 * MINUTE_MS, "capped", 1, 0);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        assertShares(records, 10 * MINUTE_MS + 2_000, 12 * MINUTE_MS, SLOTS, Map.of("capped", 0.5, "steady", 0.5));
    }

    @Test
    void inOwnerThatKeptOneTaskRunningShouldNotCatchUpForWhatItDidNotAskFor() {
        PoolSimulation pool = pool();
        work(pool, 0, "watcher", 1, 20 * MINUTE_MS);
        work(pool, 0, "steady", 20_000, 1_000);
        work(pool, 10 * MINUTE_MS, "watcher", 5_000, 1_000);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        // The long task was charged when it started. It still runs at the end, so the records do not contain it.
        assertShares(records, 10 * MINUTE_MS + 2_000, 12 * MINUTE_MS, SLOTS, Map.of("steady", 0.45, "watcher", 0.45));
    }

    @Test
    void inServableAgainShouldShareFromThereOnAndNotCatchUp() {
        PoolSimulation pool = new PoolSimulation(CoreConfig.DEFAULTS, ReadyOrder.MILLRACE, false);
        pool.executor("plain", SLOTS, null, Map.of(), 0, null);
        needy(pool, 0, "waiting", 8_000, 1_000);
        work(pool, 0, "steady", 20_000, 1_000);
        pool.executor("gpu", 3 * SLOTS, null, GPU, 10 * MINUTE_MS, null);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        assertShares(
                records, 10 * MINUTE_MS + 10_000, 12 * MINUTE_MS, 4 * SLOTS, Map.of("waiting", 0.5, "steady", 0.5));
    }

    @Test
    void inOwnerOfARareLabelShouldNotCatchUpWithOrdinaryTasks() {
        PoolSimulation pool = new PoolSimulation(CoreConfig.DEFAULTS, ReadyOrder.MILLRACE, false);
        pool.executor("plain", SLOTS - 1, null, Map.of(), 0, null);
        pool.executor("gpu", 1, null, GPU, 0, null);
        needy(pool, 0, "rare", 2_000, 1_000);
        work(pool, 0, "steady", 20_000, 1_000);
        work(pool, 10 * MINUTE_MS, "rare", 5_000, 1_000);

        List<TaskRecord> records = pool.runUntil(13 * MINUTE_MS);

        assertShares(records, 0, 10 * MINUTE_MS - 2_000, SLOTS, Map.of("rare", 0.1, "steady", 0.9));
        assertShares(records, 10 * MINUTE_MS + 10_000, 12 * MINUTE_MS, SLOTS, Map.of("rare", 0.5, "steady", 0.5));
    }

    @ParameterizedTest
    @CsvSource({"5", "20", "100", "300"})
    void inBriefTasksShouldShareSlotTimeWithLongOnes(long durationMs) {
        PoolSimulation pool = new PoolSimulation(CoreConfig.DEFAULTS, 1, 4, false);
        work(pool, 0, "brief", (int) (4 * 3 * MINUTE_MS / durationMs), durationMs);
        work(pool, 0, "long", 1_000, 2_000);

        List<TaskRecord> records = pool.runUntil(2 * MINUTE_MS);

        assertShares(records, 10_000, 2 * MINUTE_MS - 10_000, 4, Map.of("brief", 0.5, "long", 0.5));
    }

    /** Each attempt takes as long to reach its slot as a brief process runs, so the slots of brief tasks are idle for half of the time. */
    @Test
    void inBriefTasksOfUnknownDurationShouldShareTheTimeOfProcessesWithLongOnes() {
        PoolSimulation pool = new PoolSimulation(CoreConfig.DEFAULTS, 1, 4, false);
        guesses(pool, "brief", 20_000, 20);
        guesses(pool, "long", 1_000, 500);

        List<TaskRecord> records = pool.runUntil(2 * MINUTE_MS);

        double brief = share(records, "brief", MINUTE_MS, 4);
        double all = brief + share(records, "long", MINUTE_MS, 4);
        assertThat(brief / all).as("of the time of all processes").isCloseTo(0.5, within(0.025));
    }

    private static void guesses(PoolSimulation pool, String owner, int tasks, long durationMs) {
        var task = new SimulatedTask(
                1_000,
                20_000,
                List.of(new SimulatedAttempt(20, durationMs, Outcome.PASSED)),
                0,
                true,
                true,
                Needs.NOTHING);
        pool.add(new SimulatedJob(0, owner, Priority.NORMAL, Collections.nCopies(tasks, task)));
    }
}
