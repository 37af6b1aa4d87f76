package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.simulation.WhatIf.Policy;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Simulates a day with the core, records its events, and replays the recording. */
class WhatIfTest {
    private static final long DELAY_MS = 40;
    private static final long WALL_MS = 1_800_000_000_000L;

    private static Trace day(int bulkTasks) {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, ReadyOrder.MILLRACE, true);
        pool.executor("a", 4, null, Map.of(), 0, null);
        pool.executor("b", 4, null, Map.of(), 0, 400_000L);
        pool.quota("person", 3, 0);
        pool.add(new SimulatedJob(0, "bulk", Priority.BULK, tasks(bulkTasks, 1)));
        pool.add(new SimulatedJob(20_000, "person", Priority.NORMAL, tasks(30, 2)));
        pool.add(new SimulatedJob(50_000, "person", Priority.URGENT, tasks(3, 3)));
        pool.run();
        var recorder = new TraceRecorder("simulated");
        pool.recorded().forEach(it -> recorder.add(it.event(), WALL_MS + it.atMs()));
        return recorder.build(WALL_MS, WALL_MS + 3_600_000);
    }

    private static List<SimulatedTask> tasks(int count, long seed) {
        var random = new Random(seed);
        var tasks = new ArrayList<SimulatedTask>();
        for (int i = 0; i < count; i++) {
            long ms = 500 + Math.round(8_000 * Math.exp(random.nextGaussian()) / 3);
            var attempts = new ArrayList<SimulatedAttempt>();
            if (random.nextInt(10) == 0) {
                attempts.add(new SimulatedAttempt(DELAY_MS, ms, Outcome.FAILED));
            }
            attempts.add(new SimulatedAttempt(DELAY_MS, ms, Outcome.PASSED));
            tasks.add(new SimulatedTask(ms, 2 * ms, attempts, 1, true, true, Needs.NOTHING));
        }
        return tasks;
    }

    private static long p50Ms(WhatIf.Result result, String owner) {
        return Objects.requireNonNull(result.byOwner().get(owner)).p50Ms();
    }

    @Test
    void inRecordedPolicyShouldReproduceTheMakespanAndTheWaits() {
        Trace trace = day(300);

        WhatIf.Result recorded = WhatIf.recorded(trace);
        WhatIf.Result replayed = WhatIf.replay(trace, Policy.RECORDED, true);

        assertThat(trace.jobs()).hasSize(3);
        assertThat(trace.executors()).hasSize(2);
        assertThat(trace.dispatchMs()).isEqualTo(DELAY_MS);
        assertThat((double) replayed.makespanMs() / recorded.makespanMs()).isCloseTo(1, within(0.02));
        assertThat(replayed.byOwner().keySet()).containsExactly("bulk", "person");
        assertThat((double) p50Ms(replayed, "bulk") / p50Ms(recorded, "bulk")).isCloseTo(1, within(0.05));
    }

    @Test
    void inFirstInFirstOutThePersonShouldWaitForTheBacklog() {
        Trace trace = day(300);

        WhatIf.Result recorded = WhatIf.replay(trace, Policy.RECORDED, true);
        WhatIf.Result fifo = WhatIf.replay(trace, Policy.FIFO, true);

        assertThat(p50Ms(fifo, "person")).isGreaterThan(2 * p50Ms(recorded, "person"));
    }

    @Test
    void inOneJobOfLongTailedTasksLongestFirstShouldBeShortestOfAll() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, ReadyOrder.ARRIVAL, true);
        pool.executor("a", 4, null, Map.of(), 0, null);
        pool.add(new SimulatedJob(0, "o", Priority.NORMAL, tasks(40, 7)));
        pool.run();
        var recorder = new TraceRecorder("simulated");
        pool.recorded().forEach(it -> recorder.add(it.event(), it.atMs()));
        Trace trace = recorder.build(0, Long.MAX_VALUE);

        long[] makespans = LongStream.of(
                        WhatIf.replay(trace, Policy.LONGEST_FIRST, false).makespanMs(),
                        WhatIf.replay(trace, Policy.FIFO, false).makespanMs(),
                        WhatIf.replay(trace, Policy.SHORTEST_FIRST, false).makespanMs())
                .toArray();

        assertThat(makespans).isSorted();
        assertThat(makespans[0]).isLessThan(makespans[2]);
    }

    @Test
    void inFileShouldBeTheSameTrace() throws Exception {
        Trace trace = day(20);

        byte[] file = Json.MAPPER.writeValueAsBytes(trace);

        assertThat(Json.MAPPER.readValue(file, Trace.class)).isEqualTo(trace);
    }
}
