package dev.millrace.scheduler.simulation;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.schemas.event.Priority;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Replays a trace under a policy, with the real core. */
public final class WhatIf {
    private static final String EVERYBODY = "everybody";

    /** Whose turn it would have been. */
    public enum Policy {
        /** As it was: urgent first, fair share, priority, job, longest first. */
        RECORDED(ReadyOrder.MILLRACE, true, true),
        /** The same, but all tasks are one owner's. */
        NO_FAIR_SHARE(ReadyOrder.MILLRACE, false, true),
        /** As they came, whoever's and however urgent. */
        FIFO(ReadyOrder.ARRIVAL, false, false),
        /** The shortest expected first. */
        SHORTEST_FIRST(ReadyOrder.SHORTEST_FIRST, false, false),
        /** The longest expected first. */
        LONGEST_FIRST(ReadyOrder.LONGEST_FIRST, false, false);

        private final ReadyOrder order;
        private final boolean fairShare;
        private final boolean priorities;

        Policy(ReadyOrder order, boolean fairShare, boolean priorities) {
            this.order = order;
            this.fairShare = fairShare;
            this.priorities = priorities;
        }

        /** The name for people and on the command line, such as {@code no-fair-share}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How long an owner's tasks waited, from the arrival of their job to their first start. */
    public record Waits(int tasks, long p50Ms, long p99Ms) {
        /** @param waitedMs in any order */
        public static Waits of(List<Long> waitedMs) {
            long[] sorted = waitedMs.stream().mapToLong(it -> it).sorted().toArray();
            return sorted.length == 0
                    ? new Waits(0, 0, 0)
                    : new Waits(sorted.length, rank(sorted, 0.5), rank(sorted, 0.99));
        }

        private static long rank(long[] sorted, double part) {
            return sorted[(int) Math.ceil(part * sorted.length) - 1];
        }
    }

    /** The result. */
    public record Result(long makespanMs, Map<String, Waits> byOwner) {}

    private WhatIf() {}

    /** The recording, reported in the same way. */
    public static Result recorded(Trace trace) {
        Map<String, List<Long>> waits = new TreeMap<>();
        trace.jobs().forEach(job -> waits.computeIfAbsent(job.work().owner(), owner -> new ArrayList<>())
                .addAll(job.waitedMs()));
        return new Result(trace.makespanMs(), byOwner(waits));
    }

    /**
     * Replays the trace to its end.
     *
     * @param hedging whether stragglers get second attempts: as many as was recorded, or as is usual if that was none
     */
    public static Result replay(Trace trace, Policy policy, boolean hedging) {
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, policy.order, false);
        int hedgePercent = trace.hedgePercent() > 0 ? trace.hedgePercent() : PoolPolicy.DEFAULT.hedgePercent();
        pool.policy(trace.urgentSharePercent(), hedging ? hedgePercent : 0);
        if (policy.fairShare) {
            trace.owners().forEach(it -> pool.quota(it.name(), it.weight(), it.maxSlots()));
        }
        trace.executors()
                .forEach(it ->
                        pool.executor(it.id(), it.slots(), it.capacity(), it.labels(), it.joinedAtMs(), it.leftAtMs()));
        trace.jobs().forEach(job -> pool.add(under(policy, job.work())));
        return result(trace, pool.run());
    }

    private static SimulatedJob under(Policy policy, SimulatedJob job) {
        return new SimulatedJob(
                job.atMs(),
                policy.fairShare ? job.owner() : EVERYBODY,
                policy.priorities ? job.priority() : Priority.NORMAL,
                job.tasks(),
                job.cancelledAtMs(),
                job.failFast());
    }

    private static Result result(Trace trace, List<TaskRecord> records) {
        Map<Long, Long> firstWait = new HashMap<>();
        long last = 0;
        for (TaskRecord it : records) {
            long task = ((long) it.job() << Integer.SIZE) + it.task();
            firstWait.merge(task, it.waitedMs(), Math::min);
            last = Math.max(last, it.endedMs());
        }
        Map<String, List<Long>> waits = new TreeMap<>();
        firstWait.forEach((task, waitedMs) -> waits.computeIfAbsent(
                        trace.jobs().get((int) (task >> Integer.SIZE)).work().owner(), owner -> new ArrayList<>())
                .add(waitedMs));
        long first =
                trace.jobs().stream().mapToLong(job -> job.work().atMs()).min().orElse(0);
        return new Result(last - first, byOwner(waits));
    }

    private static Map<String, Waits> byOwner(Map<String, List<Long>> waits) {
        Map<String, Waits> byOwner = new TreeMap<>();
        waits.forEach((owner, waitedMs) -> byOwner.put(owner, Waits.of(waitedMs)));
        return byOwner;
    }
}
