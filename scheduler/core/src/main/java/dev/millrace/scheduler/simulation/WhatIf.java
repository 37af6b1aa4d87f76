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

    /** The rule that decides which task is next. */
    public enum Policy {
        /** The scheduler's own rule: urgent tasks first, then fair share, priority, job, longest task first. */
        RECORDED(ReadyOrder.MILLRACE, true, true),
        /** The scheduler's own rule, but as if all tasks belonged to one owner. */
        NO_FAIR_SHARE(ReadyOrder.MILLRACE, false, true),
        /** In the order of arrival, regardless of owner and priority. */
        FIFO(ReadyOrder.ARRIVAL, false, false),
        /** The task with the shortest estimate first. */
        SHORTEST_FIRST(ReadyOrder.SHORTEST_FIRST, false, false),
        /** The task with the longest estimate first. */
        LONGEST_FIRST(ReadyOrder.LONGEST_FIRST, false, false);

        private final ReadyOrder order;
        private final boolean fairShare;
        private final boolean priorities;

        Policy(ReadyOrder order, boolean fairShare, boolean priorities) {
            this.order = order;
            this.fairShare = fairShare;
            this.priorities = priorities;
        }

        /** Returns the name that is shown to people and used on the command line, such as {@code no-fair-share}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How long an owner's tasks waited, from the arrival of their job to their first start. */
    public record Waits(int tasks, long p50Ms, long p99Ms) {
        /** @param waitedMs the waiting time of each task, in any order */
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

    /** The makespan, and how long the tasks of each owner waited. */
    public record Result(long makespanMs, Map<String, Waits> byOwner) {}

    private WhatIf() {}

    /** Returns the result of the recording itself, in the same form as that of a replay. */
    public static Result recorded(Trace trace) {
        Map<String, List<Long>> waits = new TreeMap<>();
        trace.jobs().forEach(job -> waits.computeIfAbsent(job.work().owner(), owner -> new ArrayList<>())
                .addAll(job.waitedMs()));
        return new Result(trace.makespanMs(), byOwner(waits));
    }

    /**
     * Replays the trace to its end.
     *
     * @param hedging whether stragglers get second attempts; if so, the recorded limit applies, or the default limit if the recorded one is
     *     0
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
