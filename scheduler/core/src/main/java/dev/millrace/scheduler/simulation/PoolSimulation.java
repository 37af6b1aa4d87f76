package dev.millrace.scheduler.simulation;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.Tick;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a workload in virtual time, event by event. An instance is for one use, by one thread. */
public final class PoolSimulation {
    private static final String POOL = "simulated";
    private static final String INCARNATION = "i";
    private static final long TICK_MS = 250;
    private static final long FAILS_AT_ONCE_MS = 10;
    private static final int HEARTBEAT_TICKS = 4;

    private final PoolScheduler scheduler;
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Map<String, Executor> executors = new HashMap<>();
    private final Map<String, SimulatedJob> jobs = new HashMap<>();
    private final Map<String, Integer> jobNumbers = new HashMap<>();
    private final List<TaskRecord> records = new ArrayList<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private final Set<AttemptKey> revoked = new HashSet<>();
    private final boolean keepDecisions;
    private int open;
    private long nowMs;
    private long nextNumber;
    private long ticks;

    /** An event, and when it was published. */
    public record Recorded(Event event, long atMs) {}

    /** An action and the time at which it happens. Actions at the same time happen in the order in which they were planned. */
    private record Due(long atMs, long number, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private static final class Executor {
        final String id;
        final ExecutorOnline online;
        final Deque<TaskDispatched> waiting = new ArrayDeque<>();
        final Map<AttemptKey, TaskDispatched> running = new LinkedHashMap<>();
        SimulatedExecutor nature = SimulatedExecutor.HEALTHY;
        int begun;

        Executor(ExecutorOnline online) {
            this.id = online.executorId();
            this.online = online;
        }

        Set<AttemptKey> held() {
            var held = new LinkedHashSet<>(running.keySet());
            waiting.forEach(it -> held.add(it.attemptKey()));
            return held;
        }
    }

    /**
     * @param executors the number of executors, each with {@code slots} slots
     * @param keepDecisions whether {@link #decisions} is wanted
     */
    public PoolSimulation(CoreConfig config, int executors, int slots, boolean keepDecisions) {
        this(config, ReadyOrder.MILLRACE, keepDecisions);
        for (int i = 0; i < executors; i++) {
            join("e" + i, slots, null, Map.of());
        }
    }

    /**
     * Creates a pool without executors.
     *
     * @param keepDecisions whether {@link #decisions} is wanted
     */
    public PoolSimulation(CoreConfig config, ReadyOrder order, boolean keepDecisions) {
        this.scheduler = new PoolScheduler(new PoolState(POOL, config, order));
        this.keepDecisions = keepDecisions;
    }

    /** Adds an executor now. */
    private void join(String id, int slots, @Nullable Capacity capacity, Map<String, String> labels) {
        var executor = new Executor(
                new ExecutorOnline(id, POOL, INCARNATION + nextNumber++, slots, "host", labels, capacity, null));
        executors.put(id, executor);
        give(executor.online);
    }

    /** Adds an executor at {@code joinsAtMs}, and removes it at {@code leavesAtMs} unless that is null. */
    public void executor(
            String id,
            int slots,
            @Nullable Capacity capacity,
            Map<String, String> labels,
            long joinsAtMs,
            @Nullable Long leavesAtMs) {
        at(joinsAtMs, () -> join(id, slots, capacity, labels));
        if (leavesAtMs != null) {
            at(leavesAtMs, () -> leave(id));
        }
    }

    private void leave(String id) {
        Executor left = executors.remove(id);
        if (left != null) {
            give(new ExecutorOffline(id, POOL, left.online.incarnation()));
        }
    }

    public void quota(String owner, int weight, int maxSlots) {
        give(new OwnerQuotaRequested(POOL, "operator", owner, weight, maxSlots));
    }

    /** Changes how an executor behaves, which is healthy otherwise. Executors are counted from 0. */
    public void nature(int executor, SimulatedExecutor nature) {
        Executor changed = executors.get("e" + executor);
        if (changed == null) {
            throw new IllegalArgumentException("there is no executor " + executor);
        }
        changed.nature = nature;
    }

    public void policy(int urgentSharePercent, int hedgePercent) {
        give(new PoolSettingsRequested(POOL, "operator", urgentSharePercent, hedgePercent));
    }

    public void add(SimulatedJob job) {
        int number = jobNumbers.size();
        String jobId = Ids.jobId(job.owner(), "simulated-" + number);
        jobNumbers.put(jobId, number);
        jobs.put(jobId, job);
        open += job.tasks().size();
        at(job.atMs(), () -> arrive(jobId, job));
    }

    /**
     * Runs until every task of every job has its verdict. Returns a record of each attempt that ran to its end, in the order in which they
     * ended.
     */
    public List<TaskRecord> run() {
        at(nowMs, this::tick);
        while (open > 0) {
            Due next = due.remove();
            nowMs = next.atMs();
            next.action().run();
        }
        return List.copyOf(records);
    }

    /**
     * Runs until {@code endMs}, even if some tasks have no verdict then. Returns a record of each attempt that ran to its end before that
     * time.
     */
    public List<TaskRecord> runUntil(long endMs) {
        at(nowMs, this::tick);
        for (Due next = due.remove(); next.atMs() < endMs; next = due.remove()) {
            nowMs = next.atMs();
            next.action().run();
        }
        return List.copyOf(records);
    }

    /** Changes an owner's quota at {@code atMs}. */
    public void quotaAt(long atMs, String owner, int weight, int maxSlots) {
        at(atMs, () -> quota(owner, weight, maxSlots));
    }

    /** Returns all events that the core published; none unless {@code keepDecisions} was set. */
    public List<Event> decisions() {
        return recorded.stream()
                .map(Recorded::event)
                .filter(event -> !(event instanceof TaskQueued))
                .toList();
    }

    /**
     * Returns the events that the core published and the tasks that were queued, each with its time; none unless {@code keepDecisions} was
     * set.
     */
    public List<Recorded> recorded() {
        return List.copyOf(recorded);
    }

    private void at(long ms, Runnable action) {
        due.add(new Due(ms, nextNumber++, action));
    }

    private void tick() {
        give(new Tick(0, 1, nowMs));
        if (ticks++ % HEARTBEAT_TICKS == 0) {
            for (Executor executor : executors.values()) {
                give(new ExecutorHeartbeat(
                        executor.id, POOL, executor.online.incarnation(), 0, "", List.copyOf(executor.held())));
            }
        }
        at(nowMs + TICK_MS, this::tick);
    }

    private void arrive(String jobId, SimulatedJob job) {
        Long cancelledAtMs = job.cancelledAtMs();
        if (cancelledAtMs != null) {
            at(cancelledAtMs, () -> give(new JobCancelRequested(jobId, POOL, job.owner(), "as recorded")));
        }
        SimulatedInputs.of(POOL, jobId, job, nowMs).forEach(this::give);
    }

    private void give(Event input) {
        if (keepDecisions && input instanceof TaskQueued) {
            recorded.add(new Recorded(input, nowMs));
        }
        for (Event event : scheduler.handle(input, 1, true, new Now(nowMs, nowMs))) {
            if (keepDecisions) {
                recorded.add(new Recorded(event, nowMs));
            }
            if (event instanceof TaskDispatched dispatch) {
                long delayMs = task(dispatch).attempt(dispatch.attempt()).delayMs();
                at(nowMs + delayMs, () -> arrive(dispatch));
            } else if (event instanceof AttemptRevoked it) {
                revoke(it);
            } else if (event instanceof TaskCompleted) {
                open--;
            } else if (event instanceof TaskReopened) {
                open++;
            }
        }
    }

    private void revoke(AttemptRevoked it) {
        Executor executor = executors.get(it.executorId());
        if (executor == null) {
            return;
        }
        TaskDispatched waiting = executor.waiting.stream()
                .filter(queued -> queued.attemptKey().equals(it.attemptKey()))
                .findFirst()
                .orElse(null);
        if (waiting != null) {
            executor.waiting.remove(waiting);
            at(nowMs, () -> giveBack(executor, waiting));
        } else if (executor.running.containsKey(it.attemptKey())) {
            at(nowMs + executor.nature.stopMs(), () -> stop(executor, it.attemptKey()));
        } else {
            // The dispatch has not reached the executor yet.
            revoked.add(it.attemptKey());
        }
    }

    private void stop(Executor executor, AttemptKey key) {
        TaskDispatched stopped = executors.get(executor.id) == executor ? executor.running.remove(key) : null;
        if (stopped != null) {
            report(executor, stopped, nowMs, Outcome.CANCELLED);
        }
    }

    private void giveBack(Executor executor, TaskDispatched it) {
        give(new AttemptReturned(
                it.taskId(),
                it.jobId(),
                POOL,
                it.attempt(),
                it.epoch(),
                executor.id,
                it.incarnation(),
                "revoked before it started"));
    }

    private void arrive(TaskDispatched dispatch) {
        Executor executor = executors.get(dispatch.executorId());
        if (executor == null || !executor.online.incarnation().equals(dispatch.incarnation())) {
            return;
        }
        if (revoked.remove(dispatch.attemptKey())) {
            giveBack(executor, dispatch);
        } else {
            executor.waiting.add(dispatch);
            startNext(executor);
        }
    }

    private void startNext(Executor executor) {
        if (executor.running.size() == executor.online.slots() || executor.waiting.isEmpty()) {
            return;
        }
        TaskDispatched it = executor.waiting.remove();
        executor.running.put(it.attemptKey(), it);
        long startedMs = nowMs;
        give(new AttemptStarted(
                it.taskId(), it.jobId(), POOL, it.attempt(), it.epoch(), executor.id, it.incarnation(), 0, nowMs));
        SimulatedTask task = task(it);
        executor.begun++;
        int percent = executor.nature.failsPercent();
        boolean sick = executor.begun * percent / 100 > (executor.begun - 1) * percent / 100;
        SimulatedAttempt attempt = task.attempt(it.attempt());
        long takesMs = sick ? FAILS_AT_ONCE_MS : Math.round(attempt.durationMs() * executor.nature.slowness());
        at(nowMs + takesMs, () -> end(executor, it, startedMs, sick ? Outcome.FAILED : attempt.outcome()));
    }

    private SimulatedTask task(TaskDispatched it) {
        return job(it).tasks().get(it.index());
    }

    private SimulatedJob job(TaskDispatched it) {
        SimulatedJob job = jobs.get(it.jobId());
        if (job == null) {
            throw new IllegalStateException("dispatched a task of " + it.jobId() + ", which does not exist");
        }
        return job;
    }

    private void end(Executor executor, TaskDispatched it, long startedMs, Outcome outcome) {
        boolean there = executors.get(executor.id) == executor;
        if (!there || executor.running.remove(it.attemptKey()) == null) {
            // The attempt was stopped in the meantime, or its executor has left.
            return;
        }
        SimulatedJob job = job(it);
        records.add(new TaskRecord(
                jobNumbers.getOrDefault(it.jobId(), -1),
                it.index(),
                job.owner(),
                executor.id,
                job.atMs(),
                startedMs,
                nowMs));
        report(executor, it, startedMs, outcome);
    }

    private void report(Executor executor, TaskDispatched it, long startedMs, Outcome outcome) {
        give(new AttemptFinished(
                it.taskId(),
                it.jobId(),
                POOL,
                it.attempt(),
                it.epoch(),
                executor.id,
                it.incarnation(),
                result(outcome, startedMs, nowMs - startedMs)));
        startNext(executor);
    }

    private static AttemptResult result(Outcome outcome, long startedMs, long durationMs) {
        return AttemptResult.empty(outcome, outcome == Outcome.PASSED ? 0 : 1, null, startedMs, durationMs);
    }
}
