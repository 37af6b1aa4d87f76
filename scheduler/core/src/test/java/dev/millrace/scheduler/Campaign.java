package dev.millrace.scheduler;

import dev.millrace.scheduler.simulation.PoolSimulation;
import dev.millrace.scheduler.simulation.SimulatedJob;
import dev.millrace.scheduler.simulation.SimulatedTask;
import dev.millrace.scheduler.simulation.TaskRecord;
import dev.millrace.schemas.event.Priority;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything the simulators check, until something fails. */
public final class Campaign {
    private static final long WINDOW_MS = 60_000;

    private Campaign() {}

    /** What failed first, in words, or null if nothing did. */
    public static @Nullable String firstFailure(int seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                new SimulatedCluster(seed).run(6);
            } catch (AssertionError | RuntimeException e) {
                return "seed " + seed + ": " + e;
            }
        }
        return unfairness();
    }

    /** Two owners of equal weight get equal parts of a pool that both have work for. */
    private static @Nullable String unfairness() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 2, 2, false);
        List<SimulatedTask> tasks = Collections.nCopies(400, new SimulatedTask(1_000, 1_000));
        pool.add(new SimulatedJob(0, "a", Priority.NORMAL, tasks));
        pool.add(new SimulatedJob(0, "b", Priority.NORMAL, tasks));
        long ofA = pool.run().stream()
                .filter(it -> it.owner().equals("a"))
                .mapToLong((TaskRecord it) -> it.slotMsWithin(0, WINDOW_MS))
                .sum();
        double share = (double) ofA / (4 * WINDOW_MS);
        return Math.abs(share - 0.5) < 0.05 ? null : "one of two equal owners had " + share + " of the pool";
    }
}
