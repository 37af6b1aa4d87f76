package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the shares of a pool in which the attempts of one owner are cancelled or fail. An owner pays for each slot that its attempts hold,
 * whatever their results are.
 */
class CancellingOwnersSimTest {
    private static final long MINUTE_MS = 60_000;
    private static final long RUN_MS = MINUTE_MS;
    private static final int SLOTS = 8;

    private static PoolSimulation pool(long stopMs) {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 1, SLOTS, false);
        pool.nature(0, new SimulatedExecutor(1, 0, stopMs));
        pool.add(new SimulatedJob(
                0, "steady", Priority.NORMAL, Collections.nCopies(1_000, new SimulatedTask(1_000, 1_000))));
        return pool;
    }

    /** Runs the pool and returns the part of all its slots that the steady owner used. */
    private static double shareOfSteady(PoolSimulation pool) {
        return pool.runUntil(RUN_MS).stream()
                        .filter(it -> it.owner().equals("steady"))
                        .mapToLong(it -> it.slotMsWithin(0, RUN_MS))
                        .sum()
                / ((double) SLOTS * RUN_MS);
    }

    @ParameterizedTest(name = "stops in {0} ms, prepares for {1} ms")
    @CsvSource({"2000, 0", "4000, 0", "0, 3000", "2000, 3000"})
    void inCancelledAttemptsShouldCostWhatTheyHeld(long stopMs, long delayMs) {
        PoolSimulation pool = pool(stopMs);
        var task = new SimulatedTask(
                1, 0, List.of(new SimulatedAttempt(delayMs, MINUTE_MS, Outcome.PASSED)), 0, true, true, Needs.NOTHING);
        LongStream.iterate(0, at -> at < RUN_MS, at -> at + 20)
                .forEach(at ->
                        pool.add(new SimulatedJob(at, "cancelling", Priority.NORMAL, List.of(task), at + 300, null)));

        assertThat(shareOfSteady(pool)).isGreaterThan(0.45);
    }

    @Test
    void inWhatFailFastEndsShouldCostWhatItHeld() {
        PoolSimulation pool = pool(4_000);
        var fails = new SimulatedTask(1, 0, 300, 1, 0);
        var goesOn = new SimulatedTask(1, MINUTE_MS);
        LongStream.iterate(0, at -> at < RUN_MS, at -> at + 200)
                .forEach(at -> pool.add(new SimulatedJob(
                        at, "failing", Priority.NORMAL, List.of(fails, goesOn, goesOn, goesOn), null, 1)));

        assertThat(shareOfSteady(pool)).isGreaterThan(0.45);
    }
}
