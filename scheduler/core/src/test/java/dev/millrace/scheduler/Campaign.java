package dev.millrace.scheduler;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.simulation.PoolSimulation;
import dev.millrace.scheduler.simulation.SimulatedAttempt;
import dev.millrace.scheduler.simulation.SimulatedExecutor;
import dev.millrace.scheduler.simulation.SimulatedJob;
import dev.millrace.scheduler.simulation.SimulatedTask;
import dev.millrace.scheduler.simulation.TaskRecord;
import dev.millrace.scheduler.state.quarantine.ExecutorQuarantine;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Standing;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs all checks of the simulators until one of them fails. */
public final class Campaign {
    private static final long WINDOW_MS = 60_000;

    private Campaign() {}

    /** Returns a description of the first failure, or null if nothing failed. */
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

    /**
     * Checks that two owners of equal weight get equal parts of a pool if both have enough work. Then runs the other checks of this class.
     * Returns the first failure, or null.
     */
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
        if (Math.abs(share - 0.5) < 0.05) {
            String hindered = hinderedOwners();
            String beside = hindered == null ? cancellingOwner() : hindered;
            String flooded = beside == null ? floodingOwner() : beside;
            return flooded == null ? suspects() : flooded;
        }
        return "one of two equal owners had " + share + " of the pool";
    }

    /**
     * Checks that three owners get their shares of a pool: one with brief tasks, one with steady work and one that comes later. The pool
     * also has an owner at its quota and an owner whose task no executor can run. Returns the failure, or null.
     */
    private static @Nullable String hinderedOwners() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 1, 10, false);
        pool.quota("capped", 1, 1);
        var needs = new Needs(0, 0, Map.of("gpu", "yes"));
        pool.add(new SimulatedJob(
                0,
                "unservable",
                Priority.NORMAL,
                List.of(new SimulatedTask(
                        1_000, 0, List.of(new SimulatedAttempt(1_000, Outcome.PASSED)), 0, true, true, needs))));
        pool.add(endless(0, "capped", 1_000, 2));
        pool.add(endless(0, "brief", 50, 10));
        pool.add(endless(0, "steady", 1_000, 10));
        pool.add(endless(WINDOW_MS, "newcomer", 1_000, 10));
        List<TaskRecord> records = pool.runUntil(2 * WINDOW_MS);
        for (String owner : List.of("brief", "steady", "newcomer")) {
            long slotMs = records.stream()
                    .filter(it -> it.owner().equals(owner))
                    .mapToLong(it -> it.slotMsWithin(WINDOW_MS + 5_000, WINDOW_MS + 35_000))
                    .sum();
            double share = slotMs / (10 * 30_000.0);
            if (Math.abs(share - 0.3) > 0.015) {
                return owner + " had " + share + " of the pool where 0.3 was due";
            }
        }
        return null;
    }

    /**
     * Checks that a steady owner gets its share beside an owner that cancels each job soon after it was submitted and whose attempts keep
     * their slots for two more seconds. Returns the failure, or null.
     */
    private static @Nullable String cancellingOwner() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 1, 4, false);
        pool.nature(0, new SimulatedExecutor(1, 0, 2_000));
        pool.add(endless(0, "steady", 1_000, 4));
        for (long atMs = 0; atMs < WINDOW_MS; atMs += 20) {
            pool.add(new SimulatedJob(
                    atMs, "cancelling", Priority.NORMAL, List.of(new SimulatedTask(1, 60_000)), atMs + 300, null));
        }
        double share = pool.runUntil(WINDOW_MS).stream()
                        .filter(it -> it.owner().equals("steady"))
                        .mapToLong(it -> it.slotMsWithin(0, WINDOW_MS))
                        .sum()
                / (4.0 * WINDOW_MS);
        return share > 0.45 ? null : "beside one that cancels everything there was left " + share + " of the pool";
    }

    /**
     * Checks that a steady owner gets its share of the slots beside an owner whose tasks have brief estimates but run for ten seconds.
     * Returns the failure, or null.
     */
    private static @Nullable String floodingOwner() {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 2, 2, false);
        pool.add(new SimulatedJob(
                0, "flooding", Priority.NORMAL, Collections.nCopies(600, new SimulatedTask(1, 10_000))));
        pool.add(endless(2_000, "steady", 1_000, 4));
        double share = pool.runUntil(2 * WINDOW_MS).stream()
                        .filter(it -> it.owner().equals("steady"))
                        .mapToLong(it -> it.slotMsWithin(WINDOW_MS, 2 * WINDOW_MS))
                        .sum()
                / (4.0 * WINDOW_MS);
        return share > 0.4 ? null : "beside one whose brief tasks are long there was left " + share + " of the pool";
    }

    /**
     * Checks that the failures of one owner's tasks do not make executors suspect that other owners use, and that the failures of two
     * owners make a sick executor suspect. The scheduler must later try this executor again. Returns the failure, or null.
     */
    private static @Nullable String suspects() {
        var accused = new FailingSomewhere(1);
        accused.job(1, "honest", 200, Set.of());
        accused.job(2, "accuser", 60, Set.of("e0", "e1"));
        accused.runAll();
        if (accused.anyMarked()) {
            return "one owner's tasks condemned an executor that others use";
        }
        var sick = new FailingSomewhere(1);
        sick.job(1, "ann", 60, Set.of("e0"));
        sick.job(2, "bob", 60, Set.of("e0"));
        sick.runAll();
        sick.pass(ExecutorQuarantine.FIRST_SUSPICION_MS + 1_000);
        List<Standing> standings = sick.standings("e0");
        return standings.equals(List.of(Standing.SUSPECT, Standing.ACTIVE)) ? null : "a sick executor was " + standings;
    }

    /** Returns a job with enough work to keep {@code slots} slots busy for two windows, which is the whole simulation. */
    private static SimulatedJob endless(long atMs, String owner, long durationMs, int slots) {
        int tasks = (int) (2 * WINDOW_MS * slots / durationMs);
        return new SimulatedJob(
                atMs, owner, Priority.NORMAL, Collections.nCopies(tasks, new SimulatedTask(durationMs, durationMs)));
    }

    /** Runs a part of a long campaign: the seeds from the first argument to the second. Usage: {@code FROM TO}. */
    public static void main(String[] args) {
        long to = Long.parseLong(args[1]);
        for (long seed = Long.parseLong(args[0]); seed <= to; seed++) {
            try {
                new SimulatedCluster(seed).run(6);
            } catch (AssertionError | RuntimeException e) {
                System.out.println("seed " + seed + " fails: " + e);
            }
            if (seed % 1_000 == 0) {
                System.out.println("up to seed " + seed);
            }
        }
    }
}
