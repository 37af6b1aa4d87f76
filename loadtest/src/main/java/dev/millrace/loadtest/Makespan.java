package dev.millrace.loadtest;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.simulation.PoolSimulation;
import dev.millrace.scheduler.simulation.SimulatedJob;
import dev.millrace.scheduler.simulation.SimulatedTask;
import dev.millrace.scheduler.simulation.TaskRecord;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Measures the makespan of suites whose run times have a long tail, as a ratio to the lower bound max(longest task, work ÷ slots). It
 * compares three schedulers in virtual time: the real scheduler core with estimates from five noisy earlier runs, the same core without
 * history, and first in, first out. It can also write the durations to a file, so that other schedulers can be measured in real time.
 * Usage: {@code Makespan [FILE SLOTS TASKS]}.
 */
public final class Makespan {
    private static final int EARLIER_RUNS = 5;
    private static final int SEEDS = 5;
    private static final double NOISE = 0.1;
    private static final int SLOTS_PER_EXECUTOR = 8;

    private Makespan() {}

    /** @param arguments none to print the table, or FILE SLOTS TASKS to write the durations of one suite to a file */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 3) {
            write(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            return;
        }
        System.out.println(
                "slots  tasks  with history  without  fifo   (makespan over the lower bound, median of " + SEEDS + ")");
        for (int slots : new int[] {8, 64, 1_000}) {
            int tasks = 40 * slots;
            var with = new ArrayList<Double>();
            var without = new ArrayList<Double>();
            var fifo = new ArrayList<Double>();
            for (int seed = 1; seed <= SEEDS; seed++) {
                long[] durations = durations(slots, tasks, seed);
                double bound = bound(durations, slots);
                with.add(simulated(durations, estimates(durations, seed), slots) / bound);
                without.add(simulated(durations, unknown(tasks), slots) / bound);
                fifo.add(fifo(durations, slots) / bound);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%5d  %5d  %12.3f  %7.3f  %5.3f%n",
                    slots,
                    tasks,
                    median(with),
                    median(without),
                    median(fifo));
        }
    }

    /** Returns log-normal durations with a long tail. No task takes longer than half of the total work divided by the slots. */
    private static long[] durations(int slots, int tasks, long seed) {
        var random = new Random(seed);
        long[] durations = new long[tasks];
        for (int i = 0; i < tasks; i++) {
            durations[i] = Math.max(5, (long) (1_000 * Math.exp(1.5 * random.nextGaussian())));
        }
        long work = 0;
        for (long duration : durations) {
            work += duration;
        }
        for (int i = 0; i < tasks; i++) {
            durations[i] = Math.min(durations[i], work / slots / 2);
        }
        return durations;
    }

    private static void write(Path file, int slots, int tasks) throws IOException {
        var lines = new ArrayList<String>();
        for (long duration : durations(slots, tasks, 1)) {
            lines.add(Long.toString(duration));
        }
        Files.write(file, lines);
    }

    private static double bound(long[] durations, int slots) {
        long work = 0;
        long longest = 0;
        for (long duration : durations) {
            work += duration;
            longest = Math.max(longest, duration);
        }
        return Math.max((double) longest, (double) work / slots);
    }

    /** Returns estimates from a history of earlier runs, each with a little noise. */
    private static long[] estimates(long[] durations, long seed) {
        var random = new Random(seed + 1_000);
        Map<String, List<Sample>> samples = new HashMap<>();
        for (int i = 0; i < durations.length; i++) {
            var runs = new ArrayList<Sample>();
            for (int run = 0; run < EARLIER_RUNS; run++) {
                runs.add(new Sample(Math.round(durations[i] * (1 + NOISE * random.nextGaussian())), true));
            }
            samples.put("t" + i, runs);
        }
        RuntimeHistory history = RuntimeHistory.of(Map.of("s", samples));
        long[] estimates = new long[durations.length];
        for (int i = 0; i < durations.length; i++) {
            estimates[i] = history.of("s", "t" + i).orElseThrow().ms();
        }
        return estimates;
    }

    private static long[] unknown(int tasks) {
        long[] estimates = new long[tasks];
        java.util.Arrays.fill(estimates, 1_000);
        return estimates;
    }

    private static double simulated(long[] durations, long[] estimates, int slots) {
        int perExecutor = Math.min(slots, SLOTS_PER_EXECUTOR);
        var simulation = new PoolSimulation(CoreConfig.DEFAULTS, slots / perExecutor, perExecutor, false);
        var tasks = new ArrayList<SimulatedTask>();
        for (int i = 0; i < durations.length; i++) {
            tasks.add(new SimulatedTask(estimates[i], durations[i]));
        }
        simulation.add(new SimulatedJob(0, "o", Priority.NORMAL, tasks));
        return simulation.run().stream().mapToLong(TaskRecord::endedMs).max().orElse(0);
    }

    private static double fifo(long[] durations, int slots) {
        var free = new PriorityQueue<Long>();
        for (int i = 0; i < slots; i++) {
            free.add(0L);
        }
        long end = 0;
        for (long duration : durations) {
            long ended = free.remove() + duration;
            free.add(ended);
            end = Math.max(end, ended);
        }
        return end;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0.0);
    }
}
