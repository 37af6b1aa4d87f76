package dev.millrace.scheduler.simulation;

import dev.millrace.scheduler.CoreConfig;
import dev.millrace.scheduler.Now;
import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.LogRef;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.Tick;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Runs a workload to its end, event by event. For one use, by one thread. */
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
    private final List<Event> decisions = new ArrayList<>();
    private final boolean keepDecisions;
    private int open;
    private long nowMs;
    private long nextNumber;
    private long ticks;

    /** Something that happens at a moment; of the same moment, what was planned first happens first. */
    private record Due(long atMs, long number, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private static final class Executor {
        final String id;
        final int slots;
        final Deque<TaskDispatched> waiting = new ArrayDeque<>();
        final Map<AttemptKey, TaskDispatched> running = new LinkedHashMap<>();
        SimulatedExecutor nature = SimulatedExecutor.HEALTHY;
        int begun;

        Executor(String id, int slots) {
            this.id = id;
            this.slots = slots;
        }
    }

    /**
     * @param executors how many, each with {@code slots} slots
     * @param keepDecisions whether {@link #decisions} is wanted
     */
    public PoolSimulation(CoreConfig config, int executors, int slots, boolean keepDecisions) {
        if (executors < 1 || slots < 1) {
            throw new IllegalArgumentException("a pool without slots never ends: " + executors + " × " + slots);
        }
        this.scheduler = new PoolScheduler(new PoolState(POOL), config);
        this.keepDecisions = keepDecisions;
        for (int i = 0; i < executors; i++) {
            var executor = new Executor("e" + i, slots);
            this.executors.put(executor.id, executor);
            give(new ExecutorOnline(executor.id, POOL, INCARNATION, slots, "host", Map.of(), null));
        }
    }

    public void quota(String owner, int weight, int maxSlots) {
        give(new OwnerQuotaRequested(POOL, "operator", owner, weight, maxSlots));
    }

    /** Makes an executor, counted from 0, other than healthy. */
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

    /** Runs until every task of every job is decided, and tells of each attempt that came to its end, in that order. */
    public List<TaskRecord> run() {
        at(nowMs, this::tick);
        while (open > 0) {
            Due next = due.remove();
            nowMs = next.atMs();
            next.action().run();
        }
        return List.copyOf(records);
    }

    /** Everything the core published, if it was to be kept. */
    public List<Event> decisions() {
        return List.copyOf(decisions);
    }

    private void at(long ms, Runnable action) {
        due.add(new Due(ms, nextNumber++, action));
    }

    private void tick() {
        give(new Tick(0, 1, nowMs));
        if (ticks++ % HEARTBEAT_TICKS == 0) {
            for (Executor executor : executors.values()) {
                give(new ExecutorHeartbeat(executor.id, POOL, INCARNATION, 0, "", null));
            }
        }
        at(nowMs + TICK_MS, this::tick);
    }

    private void arrive(String jobId, SimulatedJob job) {
        Digest plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
        int tasks = job.tasks().size();
        give(new JobSubmitted(jobId, POOL, job.owner(), jobId, jobId, job.priority(), plan, nowMs));
        give(new JobPlanned(jobId, POOL, job.owner(), jobId, jobId, job.priority(), plan, plan, tasks, nowMs, null));
        for (int i = 0; i < tasks; i++) {
            SimulatedTask task = job.tasks().get(i);
            long estimateMs = task.estimateMs();
            String name = Integer.toString(i);
            give(new TaskQueued(
                    Ids.taskId(jobId, i),
                    jobId,
                    POOL,
                    i,
                    plan,
                    name,
                    name,
                    estimateMs,
                    task.upperMs() == 0 ? null : task.upperMs(),
                    "",
                    task.retries(),
                    true,
                    null,
                    null,
                    null));
        }
    }

    private void give(Event input) {
        for (Event event : scheduler.handle(input, 1, true, new Now(nowMs, nowMs))) {
            if (keepDecisions) {
                decisions.add(event);
            }
            if (event instanceof TaskDispatched dispatch) {
                Executor executor = executor(dispatch);
                executor.waiting.add(dispatch);
                at(nowMs, () -> startNext(executor));
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
        if (executor != null) {
            executor.waiting.removeIf(waiting -> waiting.attemptKey().equals(it.attemptKey()));
            TaskDispatched stopped = executor.running.remove(it.attemptKey());
            if (stopped != null) {
                at(nowMs, () -> report(executor, stopped, nowMs, Outcome.CANCELLED));
            }
        }
    }

    private Executor executor(TaskDispatched dispatch) {
        Executor executor = executors.get(dispatch.executorId());
        if (executor == null) {
            throw new IllegalStateException("dispatched to " + dispatch.executorId() + ", which does not exist");
        }
        return executor;
    }

    private void startNext(Executor executor) {
        if (executor.running.size() == executor.slots || executor.waiting.isEmpty()) {
            return;
        }
        TaskDispatched it = executor.waiting.remove();
        executor.running.put(it.attemptKey(), it);
        long startedMs = nowMs;
        give(new AttemptStarted(
                it.taskId(), it.jobId(), POOL, it.attempt(), it.epoch(), executor.id, INCARNATION, 0, nowMs));
        SimulatedTask task = job(it).tasks().get(it.index());
        executor.begun++;
        int percent = executor.nature.failsPercent();
        boolean sick = executor.begun * percent / 100 > (executor.begun - 1) * percent / 100;
        boolean fails = sick || it.attempt() <= task.failures();
        long takesMs = sick ? FAILS_AT_ONCE_MS : Math.round(task.durationMs() * executor.nature.slowness());
        at(nowMs + takesMs, () -> end(executor, it, startedMs, fails ? Outcome.FAILED : Outcome.PASSED));
    }

    private SimulatedJob job(TaskDispatched it) {
        SimulatedJob job = jobs.get(it.jobId());
        if (job == null) {
            throw new IllegalStateException("dispatched a task of " + it.jobId() + ", which does not exist");
        }
        return job;
    }

    private void end(Executor executor, TaskDispatched it, long startedMs, Outcome outcome) {
        if (executor.running.remove(it.attemptKey()) == null) {
            // It was stopped meanwhile.
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
                INCARNATION,
                result(outcome, startedMs, nowMs - startedMs)));
        startNext(executor);
    }

    private static AttemptResult result(Outcome outcome, long startedMs, long durationMs) {
        return new AttemptResult(
                outcome,
                outcome == Outcome.PASSED ? 0 : 1,
                null,
                null,
                startedMs,
                durationMs,
                LogRef.EMPTY,
                LogRef.EMPTY,
                null,
                null,
                CaseCounts.NONE,
                List.of());
    }
}
