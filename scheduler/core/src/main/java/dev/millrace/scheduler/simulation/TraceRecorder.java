package dev.millrace.scheduler.simulation;

import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PoolEvent;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskStarted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a trace from the topics of a pool. Events may be added in any order, because each comes with its time. Of a job that was retried,
 * only the first run is recorded. If an attempt was stopped because another one decided first, its outcome is unknown: the trace assumes
 * that it would have passed after twice the time that it had run. Not thread-safe.
 */
public final class TraceRecorder {
    private static final String BY_FAIL_FAST = "fail-fast";
    private static final int STOPPED_FACTOR = 2;

    private static final class Attempt {
        long placedAtMs = -1;
        long startedAtMs = -1;
        long endedAtMs = -1;
        boolean slotWasFree;

        @Nullable
        Outcome outcome;

        boolean isDirect() {
            return slotWasFree && placedAtMs >= 0 && startedAtMs >= placedAtMs;
        }
    }

    private static final class Task {
        @Nullable
        TaskQueued queued;

        final Map<Integer, Attempt> attempts = new TreeMap<>();
    }

    private static final class Job {
        @Nullable
        JobAdmitted admitted;

        @Nullable
        JobStarted started;

        long startedAtMs = -1;

        @Nullable
        Long cancelledAtMs;

        long endedAtMs = Long.MAX_VALUE;
        final Map<Integer, Task> tasks = new TreeMap<>();
    }

    private record Joined(ExecutorJoined executor, long atMs) {}

    private record Left(LeaseExpired lease, long atMs) {}

    private final String pool;
    private final Map<String, Job> jobs = new TreeMap<>();
    private final List<Joined> joined = new ArrayList<>();
    private final List<Left> left = new ArrayList<>();
    private final Map<String, OwnerQuotaChanged> quotas = new TreeMap<>();
    private @Nullable PoolSettingsChanged settings;

    public TraceRecorder(String pool) {
        this.pool = pool;
    }

    /** Adds one event, with the time at which it was appended to its topic. */
    public void add(Event event, long atMs) {
        if (!(event instanceof PoolEvent pooled) || !pooled.pool().equals(pool)) {
            return;
        }
        if (event instanceof TaskQueued it) {
            if (it.retryOf() == null) {
                task(it.jobId(), it.index()).queued = it;
            }
        } else if (event instanceof JobAdmitted it) {
            job(it.jobId()).admitted = it;
        } else if (event instanceof JobStarted it) {
            job(it.jobId()).started = it;
            job(it.jobId()).startedAtMs = atMs;
        } else if (event instanceof JobCancelling it) {
            job(it.jobId()).cancelledAtMs = it.by().equals(BY_FAIL_FAST) ? null : (Long) atMs;
        } else if (event instanceof JobCompleted it) {
            job(it.jobId()).endedAtMs = Math.min(job(it.jobId()).endedAtMs, atMs);
        } else if (event instanceof JobRetryStarted it) {
            job(it.jobId()).endedAtMs = Math.min(job(it.jobId()).endedAtMs, atMs);
        } else if (event instanceof TaskPlaced it) {
            placed(attempt(it.taskId(), it.jobId(), it.attempt()), atMs, it.slotsFree() > 0);
        } else if (event instanceof TaskHedged it) {
            placed(attempt(it.taskId(), it.jobId(), it.attempt()), atMs, true);
        } else if (event instanceof TaskStarted it) {
            attempt(it.taskId(), it.jobId(), it.attempt()).startedAtMs = atMs;
        } else if (event instanceof RetryScheduled it) {
            ended(attempt(it.taskId(), it.jobId(), it.attempt()), it.outcome(), atMs);
        } else if (event instanceof AttemptDropped it) {
            ended(attempt(it.taskId(), it.jobId(), it.attempt()), it.outcome(), atMs);
        } else if (event instanceof TaskCompleted it) {
            if (it.epoch() != null) {
                int number = it.decidedBy() == null ? it.attempts() : it.decidedBy();
                ended(attempt(it.taskId(), it.jobId(), number), it.outcome(), atMs);
            }
        } else {
            addToPool(event, atMs);
        }
    }

    private void addToPool(Event event, long atMs) {
        if (event instanceof ExecutorJoined it) {
            joined.add(new Joined(it, atMs));
        } else if (event instanceof LeaseExpired it) {
            left.add(new Left(it, atMs));
        } else if (event instanceof OwnerQuotaChanged it) {
            quotas.merge(it.owner(), it, (a, b) -> a.sequence() > b.sequence() ? a : b);
        } else if (event instanceof PoolSettingsChanged it) {
            settings = settings == null || settings.sequence() < it.sequence() ? it : settings;
        }
    }

    private static void placed(Attempt attempt, long atMs, boolean slotWasFree) {
        attempt.placedAtMs = atMs;
        attempt.slotWasFree = slotWasFree;
    }

    private static void ended(Attempt attempt, Outcome outcome, long atMs) {
        attempt.endedAtMs = atMs;
        attempt.outcome = outcome;
    }

    private Job job(String jobId) {
        return jobs.computeIfAbsent(jobId, id -> new Job());
    }

    private Task task(String jobId, int index) {
        return job(jobId).tasks.computeIfAbsent(index, key -> new Task());
    }

    private Attempt attempt(String taskId, String jobId, int number) {
        int index = Integer.parseInt(taskId.substring(taskId.lastIndexOf('.') + 1));
        return task(jobId, index).attempts.computeIfAbsent(number, key -> new Attempt());
    }

    /** Builds the trace of the jobs that started at {@code fromMs} or later, and before {@code toMs}. */
    public Trace build(long fromMs, long toMs) {
        List<Map.Entry<String, Job>> within = jobs.entrySet().stream()
                .filter(it -> it.getValue().startedAtMs >= fromMs && it.getValue().startedAtMs < toMs)
                .sorted(Comparator.comparingLong(it -> it.getValue().startedAtMs))
                .toList();
        long beganAtMs = within.isEmpty() ? fromMs : within.get(0).getValue().startedAtMs;
        var traced = new ArrayList<Trace.Job>();
        long dispatchMs = dispatchMs(within);
        for (Map.Entry<String, Job> it : within) {
            Trace.Job job = traced(it.getKey(), it.getValue(), beganAtMs, dispatchMs);
            if (job != null) {
                traced.add(job);
            }
        }
        long endedAtMs = traced.stream().mapToLong(Trace.Job::endedAtMs).max().orElse(0) + beganAtMs;
        PoolPolicy policy = PoolPolicy.DEFAULT;
        return new Trace(
                Trace.VERSION,
                pool,
                beganAtMs,
                dispatchMs,
                settings == null ? policy.urgentSharePercent() : settings.urgentSharePercent(),
                settings == null || settings.hedgePercent() == null ? policy.hedgePercent() : settings.hedgePercent(),
                quotas.values().stream()
                        .map(it -> new Trace.Owner(it.owner(), it.weight(), it.maxSlots()))
                        .toList(),
                executors(beganAtMs, endedAtMs),
                traced,
                within.size() - traced.size());
    }

    private static Trace.@Nullable Job traced(String jobId, Job job, long beganAtMs, long dispatchMs) {
        JobAdmitted admitted = job.admitted;
        JobStarted started = job.started;
        boolean whole = admitted != null
                && started != null
                // The simulation knows no scopes.
                && started.scopes() == null
                && job.endedAtMs != Long.MAX_VALUE
                && job.tasks.size() == started.tasks()
                && job.tasks.values().stream().noneMatch(task -> task.queued == null);
        if (!whole || admitted == null || started == null) {
            return null;
        }
        var tasks = new ArrayList<SimulatedTask>();
        var waits = new ArrayList<Long>();
        for (Task task : job.tasks.values()) {
            TaskQueued queued = task.queued;
            if (queued != null) {
                tasks.add(work(job, task, queued, dispatchMs));
                addWait(job, task, waits);
            }
        }
        var work = new SimulatedJob(
                job.startedAtMs - beganAtMs,
                admitted.owner(),
                admitted.priority(),
                tasks,
                job.cancelledAtMs == null ? null : (Long) (job.cancelledAtMs - beganAtMs),
                started.failFast());
        return new Trace.Job(jobId, work, job.endedAtMs - beganAtMs, waits);
    }

    private static SimulatedTask work(Job job, Task task, TaskQueued queued, long dispatchMs) {
        var attempts = new ArrayList<SimulatedAttempt>();
        for (Attempt attempt : task.attempts.values()) {
            Outcome outcome = attempt.outcome;
            boolean known = outcome != null
                    && attempt.startedAtMs >= 0
                    && attempt.endedAtMs >= attempt.startedAtMs
                    && attempt.endedAtMs <= job.endedAtMs;
            long ranMs = attempt.endedAtMs - attempt.startedAtMs;
            // An attempt that was sent ahead also waited for its slot, and that wait is not part of its delay.
            long delayMs = attempt.isDirect() ? attempt.startedAtMs - attempt.placedAtMs : dispatchMs;
            if (known && outcome == Outcome.SUPERSEDED) {
                attempts.add(new SimulatedAttempt(delayMs, STOPPED_FACTOR * ranMs, Outcome.PASSED));
            } else if (known && outcome != null && saysSomething(outcome)) {
                attempts.add(new SimulatedAttempt(delayMs, ranMs, outcome));
            }
        }
        if (attempts.isEmpty()) {
            attempts.add(new SimulatedAttempt(dispatchMs, queued.estimateMs(), Outcome.PASSED));
        }
        return new SimulatedTask(
                queued.estimateMs(),
                queued.estimateUpperMs() == null ? 0 : queued.estimateUpperMs(),
                attempts,
                queued.retries(),
                queued.gating(),
                queued.repeatable() == null || queued.repeatable(),
                queued.needs() == null ? Needs.NOTHING : queued.needs());
    }

    /** Returns whether an outcome shows how the task itself behaves, rather than what the platform did to it. */
    private static boolean saysSomething(Outcome outcome) {
        return outcome == Outcome.PASSED
                || outcome.budget() == RetryBudget.TEST
                || outcome == Outcome.NOT_STARTED
                || outcome == Outcome.SETUP_FAILED
                || outcome == Outcome.SETUP_UNAVAILABLE;
    }

    private static void addWait(Job job, Task task, List<Long> waits) {
        long first = Long.MAX_VALUE;
        boolean ended = false;
        for (Attempt attempt : task.attempts.values()) {
            if (attempt.startedAtMs >= 0 && attempt.startedAtMs <= job.endedAtMs) {
                first = Math.min(first, attempt.startedAtMs);
            }
            Outcome outcome = attempt.outcome;
            ended |= outcome != null && saysSomething(outcome);
        }
        if (ended && first != Long.MAX_VALUE) {
            waits.add(Math.max(0, first - job.startedAtMs));
        }
    }

    /** Returns the median time from placement to start, of the attempts that were placed while a slot was free. */
    private static long dispatchMs(List<Map.Entry<String, Job>> jobs) {
        long[] sorted = jobs.stream()
                .flatMap(it -> it.getValue().tasks.values().stream())
                .flatMap(task -> task.attempts.values().stream())
                .filter(Attempt::isDirect)
                .mapToLong(it -> it.startedAtMs - it.placedAtMs)
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /** Returns the incarnations of executors that were in the pool at any time between the beginning and the end of the trace. */
    private List<Trace.Executor> executors(long beganAtMs, long endedAtMs) {
        var executors = new ArrayList<Trace.Executor>();
        for (Joined it : joined) {
            ExecutorJoined executor = it.executor();
            long leftAtMs = left.stream()
                    .filter(lease -> lease.lease().executorId().equals(executor.executorId())
                            && lease.lease().incarnation().equals(executor.incarnation()))
                    .mapToLong(Left::atMs)
                    .min()
                    .orElse(Long.MAX_VALUE);
            if (leftAtMs >= beganAtMs && it.atMs() <= endedAtMs) {
                executors.add(new Trace.Executor(
                        executor.executorId(),
                        executor.slots(),
                        executor.capacity(),
                        executor.labels(),
                        Math.max(0, it.atMs() - beganAtMs),
                        leftAtMs == Long.MAX_VALUE ? null : (Long) (leftAtMs - beganAtMs)));
            }
        }
        return executors;
    }
}
