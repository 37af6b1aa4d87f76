package dev.millrace.loadtest;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.Tick;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Simulates a day with 10,000 executors and 10,000,000 tasks in virtual time with the real scheduler core, and measures which share of one
 * processor it takes: the decisions including the ticks, the decoding of inputs and the encoding of outputs, and the heartbeats. Heartbeats
 * are measured separately and not simulated, because there would be 173 million of them. Usage: {@code [TASKS]}.
 */
public final class PoolDay {
    private static final String POOL = "default";
    private static final int EXECUTORS = 10_000;
    private static final int SLOTS = 1;
    private static final int OWNERS = 50;
    private static final int TASKS_PER_JOB = 1_000;
    private static final int PARTITIONS = 32;
    private static final long DAY_MS = 24 * 3_600_000L;
    private static final long TICK_MS = 250;
    private static final int MEAN_MS = 60_000;
    private static final int HEARTBEAT_S = 5;
    private static final int HEARTBEATS = 2_000_000;
    private static final int CODED_EVERY = 100;
    private static final double NS_PER_S = 1e9;

    private final Random random = new Random(1);
    private final PoolScheduler scheduler;
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private long nowMs;
    private long codedNanos;
    private long events;
    private long verdicts;
    private long most;

    private record Due(long atMs, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Long.compare(atMs, other.atMs);
        }
    }

    private PoolDay() {
        CoreConfig it = CoreConfig.DEFAULTS;
        // There are no heartbeats in the simulation, so leases must not expire.
        var config = new CoreConfig(
                2 * DAY_MS,
                2 * DAY_MS,
                it.infrastructureRetries(),
                it.lookAheadMs(),
                it.maxLookAhead(),
                it.maxEventsPerInput(),
                it.progressIntervalMs(),
                2 * DAY_MS,
                it.retryElsewhereMs(),
                it.secondOpinionMs(),
                it.probationMs(),
                it.tombstoneMs(),
                it.planTimeoutMs(),
                it.reservationMs(),
                it.maxQuarantinedDomains());
        scheduler = new PoolScheduler(new PoolState(POOL, config));
    }

    public static void main(String[] args) throws Exception {
        new PoolDay().run(args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000);
    }

    private void run(int tasks) throws Exception {
        for (int i = 0; i < EXECUTORS; i++) {
            give(new ExecutorOnline("executor-" + i, POOL, "i", SLOTS, "host", Map.of(), null, null));
        }
        int jobs = tasks / TASKS_PER_JOB;
        for (int job = 0; job < jobs; job++) {
            int number = job;
            due.add(new Due(job * DAY_MS / jobs, () -> submit(number)));
        }
        long begin = cpuNanos();
        long beganAt = System.nanoTime();
        long nextTickMs = 0;
        while (verdicts < (long) jobs * TASKS_PER_JOB) {
            if (due.isEmpty() || nextTickMs <= due.element().atMs()) {
                nowMs = nextTickMs;
                nextTickMs += TICK_MS;
                give(new Tick(0, 1, nowMs));
            } else {
                Due next = due.remove();
                nowMs = next.atMs();
                next.action().run();
            }
        }
        double core = (cpuNanos() - begin - codedNanos) / NS_PER_S;
        double coding = codedNanos / NS_PER_S * CODED_EVERY;
        double daySeconds = nowMs / 1_000.0;
        System.out.printf(
                Locale.ROOT,
                "%d tasks on %d executors, %.1f h of virtual time in %.0f s; %d events in and out; at most %d tasks waited%n",
                verdicts,
                EXECUTORS,
                daySeconds / 3_600,
                (System.nanoTime() - beganAt) / NS_PER_S,
                events,
                most);
        double beats = heartbeatSeconds() * EXECUTORS / HEARTBEAT_S;
        System.out.printf(
                Locale.ROOT,
                "of one processor: decisions %.3f %%, coding of events %.3f %%, heartbeats every %d s %.3f %%, in all %.3f %%%n",
                100 * core / daySeconds,
                100 * coding / daySeconds,
                HEARTBEAT_S,
                100 * beats,
                100 * (core / daySeconds + coding / daySeconds + beats));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Measures the processor time that decoding and handling one heartbeat takes, in seconds. */
    private double heartbeatSeconds() throws Exception {
        var heartbeat = new ExecutorHeartbeat("executor-1", POOL, "i", 1, "0123456789abcdef", null);
        var record =
                EventCodec.encode(EventCodec.envelope("/x", Instant.ofEpochMilli(nowMs), null, heartbeat), PARTITIONS);
        long begin = cpuNanos();
        for (int i = 0; i < HEARTBEATS; i++) {
            Event event = EventCodec.decode(record.headers(), record.value()).data();
            scheduler.handle(event, 1, true, new Now(nowMs, nowMs));
            scheduler.state().drainDirty();
        }
        return (cpuNanos() - begin) / NS_PER_S / HEARTBEATS;
    }

    private void submit(int number) {
        String owner = "owner-" + number % OWNERS;
        String jobId = Ids.jobId(owner, "job-" + number);
        Digest plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
        give(new JobSubmitted(jobId, POOL, owner, "name", "project", Priority.NORMAL, plan, nowMs));
        give(new JobPlanned(
                jobId, POOL, owner, "name", "project", Priority.NORMAL, plan, plan, TASKS_PER_JOB, nowMs, null, null));
        for (int i = 0; i < TASKS_PER_JOB; i++) {
            String name = "org.example.SomeTest" + i;
            give(new TaskQueued(
                    Ids.taskId(jobId, i),
                    jobId,
                    POOL,
                    i,
                    plan,
                    name,
                    "project/suite/" + name,
                    MEAN_MS / 2 + random.nextInt(MEAN_MS),
                    3L * MEAN_MS,
                    "upper quartile of 10 passed runs",
                    1,
                    true,
                    null,
                    null,
                    null));
        }
        most = Math.max(most, scheduler.state().queuedTasks());
    }

    private void give(Event input) {
        code(input);
        for (Event event : scheduler.handle(input, 1, true, new Now(nowMs, nowMs))) {
            code(event);
            if (event instanceof TaskDispatched it) {
                start(it);
            } else if (event instanceof TaskCompleted) {
                verdicts++;
            }
        }
        scheduler.state().drainDirty();
    }

    /** Encodes every hundredth event and measures the time. This sample stands for the decoding or encoding of all events. */
    private void code(Event event) {
        if (++events % CODED_EVERY == 0) {
            long begin = cpuNanos();
            EventCodec.encode(EventCodec.envelope("/x", Instant.ofEpochMilli(nowMs), null, event), PARTITIONS);
            codedNanos += cpuNanos() - begin;
        }
    }

    private void start(TaskDispatched it) {
        due.add(new Due(
                nowMs + 100,
                () -> give(new AttemptStarted(
                        it.taskId(),
                        it.jobId(),
                        POOL,
                        it.attempt(),
                        it.epoch(),
                        it.executorId(),
                        it.incarnation(),
                        0,
                        nowMs))));
        long takesMs = MEAN_MS / 2L + random.nextInt(MEAN_MS);
        due.add(new Due(
                nowMs + 100 + takesMs,
                () -> give(new AttemptFinished(
                        it.taskId(),
                        it.jobId(),
                        POOL,
                        it.attempt(),
                        it.epoch(),
                        it.executorId(),
                        it.incarnation(),
                        passed(takesMs)))));
    }

    private static AttemptResult passed(long durationMs) {
        return AttemptResult.empty(Outcome.PASSED, 0, null, 0, durationMs);
    }
}
