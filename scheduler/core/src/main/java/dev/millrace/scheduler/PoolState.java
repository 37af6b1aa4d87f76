package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskStarted;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything the scheduler knows of one pool. {@link #apply} is the only way it changes; what changed since the last
 * {@link #drainDirty} is to be made durable. Not thread-safe.
 */
public final class PoolState {
    private final String pool;
    private final Dirty dirty = new Dirty();
    private final Map<String, JobState> jobs = new LinkedHashMap<>();
    private final Map<String, TaskState> tasks = new HashMap<>();
    private final Map<String, Set<String>> tasksByJob = new HashMap<>();
    private final Backlog backlog = new Backlog(dirty::owner);
    private final Fleet fleet = new Fleet();
    private final Unserved unserved = new Unserved();
    private final Stragglers stragglers = new Stragglers();

    private final Set<String> attention = new LinkedHashSet<>();
    private final Set<String> progressDue = new LinkedHashSet<>();
    private final Deque<JobState.Finished> tombstones = new ArrayDeque<>();
    private PoolPolicy policy = PoolPolicy.DEFAULT;
    private long sequence;
    private long lastProgressTick = Long.MIN_VALUE / 2;

    public PoolState(String pool) {
        this.pool = pool;
    }

    /**
     * The state that was made durable. Executors are as good as heard of at {@code tick}, so every lease restarts in full.
     */
    public static PoolState restore(
            String pool,
            long sequence,
            Collection<JobState> jobs,
            Collection<TaskState> tasks,
            Collection<Registration> executors,
            Collection<OwnerAccount> owners,
            @Nullable PoolPolicy policy,
            long tick) {
        var state = new PoolState(pool);
        state.sequence = sequence;
        state.policy = policy == null ? PoolPolicy.DEFAULT : policy;
        state.backlog.restore(owners);
        executors.forEach(it -> state.fleet.put(new ExecutorState(it, tick)));
        for (JobState job : jobs) {
            state.restoreJob(job);
        }
        for (TaskState task : tasks) {
            state.setTask(task);
            if (task instanceof TaskState.Live live) {
                state.resume(live, tick);
            }
        }
        state.backlog.restored();
        state.dirty.clear();
        return state;
    }

    private void resume(TaskState.Live task, long tick) {
        String taskId = task.info().taskId();
        for (LiveAttempt attempt : task.attempts()) {
            backlog.resumed(task.info(), attempt);
            fleet.change(
                    fleet.get(attempt.executorId(), attempt.incarnation()),
                    executor -> executor.take(attempt.key(taskId), attempt.slots(), tick));
        }
        if (task.attempts().size() > 1) {
            stragglers.hedged(taskId, task.attempts().get(1).slots());
        } else {
            stragglers.watch(task, tick);
        }
    }

    private void restoreJob(JobState job) {
        if (job instanceof JobState.Finished finished) {
            jobs.put(finished.jobId(), finished);
            tombstones.add(finished);
        } else if (job instanceof JobState.Submitted submitted) {
            jobs.put(submitted.info().jobId(), submitted);
        } else if (job instanceof JobState.Planned planned) {
            jobs.put(planned.info().jobId(), planned);
            attention.add(planned.info().jobId());
            progressDue.add(planned.info().jobId());
        }
    }

    public String pool() {
        return pool;
    }

    public long sequence() {
        return sequence;
    }

    public @Nullable JobState job(String jobId) {
        return jobs.get(jobId);
    }

    public @Nullable TaskState task(String taskId) {
        return tasks.get(taskId);
    }

    /** Tasks of a job that have no verdict, in the order of their indexes. */
    Set<String> openTasks(String jobId) {
        return tasksByJob.getOrDefault(jobId, Set.of());
    }

    Backlog backlog() {
        return backlog;
    }

    Fleet fleet() {
        return fleet;
    }

    public PoolPolicy policy() {
        return policy;
    }

    /** The account to make durable, or null when the owner is forgotten. */
    public @Nullable OwnerAccount account(String owner) {
        return backlog.account(owner);
    }

    @Nullable
    ExecutorState executor(String executorId) {
        return fleet.get(executorId);
    }

    Set<String> jobsNeedingAttention() {
        return attention;
    }

    Set<String> jobsWithProgress() {
        return progressDue;
    }

    long lastProgressTick() {
        return lastProgressTick;
    }

    Stragglers stragglers() {
        return stragglers;
    }

    boolean isCancelling(String jobId) {
        return jobs.get(jobId) instanceof JobState.Cancelling;
    }

    /** Since when nobody could run what needs this, on the tick clock; for ever in the future if that is not so. */
    long unservedSinceTick(Needs needs) {
        return unserved.sinceTick(needs);
    }

    public int queuedTasks() {
        return backlog.size();
    }

    public int liveTasks() {
        return tasks.size() - backlog.size();
    }

    /** The task if attempts are live that may decide it. */
    TaskState.@Nullable Live live(String taskId) {
        return tasks.get(taskId) instanceof TaskState.Live live ? live : null;
    }

    /** What changed since the last call. */
    public Dirty.Changes drainDirty() {
        return dirty.drain();
    }

    /** Applies an accepted input or a decision; events that say nothing about this state are ignored. */
    void apply(Event event, Now now) {
        if (event instanceof Decision decision) {
            sequence = Math.max(sequence, decision.sequence());
            dirty.meta();
            applyDecision(decision, now);
        } else {
            applyInput(event, now);
        }
    }

    private void applyDecision(Decision event, Now now) {
        if (event instanceof JobAdmitted it) {
            setJob(
                    it.jobId(),
                    new JobState.Submitted(
                            new JobInfo(
                                    it.jobId(),
                                    it.owner(),
                                    it.name(),
                                    it.project(),
                                    it.priority(),
                                    it.submittedAtMs(),
                                    it.sequence()),
                            null));
        } else if (event instanceof JobStarted it && jobs.get(it.jobId()) instanceof JobState.Submitted job) {
            setJob(it.jobId(), job.planned(it.planDigest(), it.tasks(), it.failFast() == null ? 0 : it.failFast()));
            attention.add(it.jobId());
            progressDue.add(it.jobId());
        } else if (event instanceof JobCancelling it) {
            applyCancelling(it);
        } else if (event instanceof TaskPlaced it && tasks.get(it.taskId()) instanceof TaskState.Waiting task) {
            applyPlaced(it, task, now);
        } else if (event instanceof RetryScheduled it && tasks.get(it.taskId()) instanceof TaskState.Live task) {
            // In this order the owner is never without work in between, which would cost it its standing.
            setTask(task.retried(it.budget(), now.wallMs()));
            ended(task, task.first(), now);
            count(it.jobId(), job -> job.counted(job.tally().retried()));
        } else if (event instanceof TaskHedged it && live(it.taskId()) != null) {
            applyHedged(it, now);
        } else if (event instanceof AttemptDropped it) {
            applyDropped(it, now);
        } else if (event instanceof TaskStarted it) {
            applyStarted(it, now);
        } else if (event instanceof ExecutorReserved it) {
            fleet.reserve(it.executorId(), it.taskId());
        } else if (event instanceof TaskCompleted it) {
            applyCompleted(it, now);
        } else if (event instanceof JobCompleted it) {
            applyJobCompleted(it);
        } else if (event instanceof JobProgress it) {
            progressDue.remove(it.jobId());
            lastProgressTick = now.tickMs();
        } else if (event instanceof LeaseExpired it) {
            if (fleet.get(it.executorId(), it.incarnation()) != null) {
                removeExecutor(it.executorId(), now);
            }
        } else if (event instanceof PoolSettingsChanged it) {
            policy = new PoolPolicy(
                    it.urgentSharePercent(), it.hedgePercent() == null ? policy.hedgePercent() : it.hedgePercent());
            dirty.policy();
        } else if (event instanceof OwnerQuotaChanged it) {
            backlog.configure(it.owner(), it.weight(), it.maxSlots());
        }
    }

    private void applyInput(Event event, Now now) {
        if (event instanceof TaskQueued it && jobs.get(it.jobId()) instanceof JobState.Planned job) {
            Needs needs = backlog.waitingNeeds().shared(it.needs() == null ? Needs.NOTHING : it.needs());
            boolean firstOfItsKind = !backlog.waitingNeeds().all().contains(needs);
            setTask(TaskState.Waiting.queued(TaskInfo.of(it, job.info(), job.planDigest(), needs, now.wallMs())));
            count(it.jobId(), planned -> planned.counted(planned.tally().queued(Math.max(1, it.estimateMs()))));
            attention.add(it.jobId());
            if (firstOfItsKind) {
                noteEmptiness(now);
            }
        } else if (event instanceof ExecutorOnline it) {
            fleet.put(new ExecutorState(Registration.of(it, executor(it.executorId())), now.tickMs()));
            dirty.executor(it.executorId());
            noteEmptiness(now);
        } else if (event instanceof ExecutorHeartbeat it) {
            fleet.change(executor(it.executorId()), executor -> {
                executor.heard(now.tickMs());
                if (it.attempts() != null) {
                    executor.reconcile(it.attempts(), now.tickMs());
                }
            });
        } else if (event instanceof ExecutorDraining it) {
            fleet.change(executor(it.executorId()), ExecutorState::drain);
            dirty.executor(it.executorId());
            noteEmptiness(now);
        } else if (event instanceof ExecutorOffline it) {
            removeExecutor(it.executorId(), now);
        } else if (event instanceof AttemptReport it) {
            fleet.change(fleet.get(it.executorId(), it.incarnation()), executor -> executor.reported(it));
        } else if (event instanceof AttemptRevoked it) {
            fleet.change(
                    executor(it.executorId()),
                    executor -> executor.revoke(new AttemptKey(it.taskId(), it.attempt(), it.epoch())));
        }
    }

    private void applyCancelling(JobCancelling it) {
        JobState job = jobs.get(it.jobId());
        if (job instanceof JobState.Submitted submitted) {
            setJob(it.jobId(), submitted.cancelled(it.reason()));
        } else if (job instanceof JobState.Running running) {
            setJob(it.jobId(), running.cancelled(it.reason(), Boolean.TRUE.equals(it.failedFast())));
            attention.add(it.jobId());
        }
    }

    private void applyPlaced(TaskPlaced it, TaskState.Waiting task, Now now) {
        ExecutorState executor = executor(it.executorId());
        if (executor == null) {
            throw new IllegalStateException("placed on " + it.executorId() + ", which is not in pool " + pool);
        }
        var attempt = new LiveAttempt(
                it.attempt(),
                it.epoch(),
                it.executorId(),
                executor.registration().incarnation(),
                it.slots() == null ? 1 : it.slots());
        boolean asUrgent = it.turn() != null && it.turn().rule() == PlacementRule.URGENT;
        backlog.started(task.info(), attempt, asUrgent, now.tickMs());
        setTask(task.placed(attempt));
        take(it.taskId(), executor, attempt, now);
        count(it.jobId(), job -> job.counted(job.tally().placed()));
    }

    private void applyHedged(TaskHedged it, Now now) {
        ExecutorState executor = executor(it.executorId());
        TaskState.Live task = live(it.taskId());
        if (executor == null || task == null) {
            throw new IllegalStateException("hedged on " + it.executorId() + ", which is not in pool " + pool);
        }
        var attempt = new LiveAttempt(
                it.attempt(),
                it.epoch(),
                it.executorId(),
                executor.registration().incarnation(),
                it.slots());
        backlog.hedged(task.info(), attempt, now.tickMs());
        stragglers.hedged(it.taskId(), it.slots());
        setTask(task.hedged(attempt));
        take(it.taskId(), executor, attempt, now);
    }

    private void take(String taskId, ExecutorState executor, LiveAttempt attempt, Now now) {
        fleet.release(taskId);
        fleet.change(executor, holder -> holder.take(attempt.key(taskId), attempt.slots(), now.tickMs()));
    }

    private void applyDropped(AttemptDropped it, Now now) {
        TaskState.Live task = live(it.taskId());
        LiveAttempt attempt = task == null ? null : task.attempt(new AttemptKey(it.taskId(), it.attempt(), it.epoch()));
        if (task != null && attempt != null) {
            setTask(task.dropped(attempt, it.budget()));
            ended(task, attempt, now);
            boolean charged = it.budget() == RetryBudget.TEST || it.budget() == RetryBudget.INFRASTRUCTURE;
            if (charged) {
                count(it.jobId(), job -> job.counted(job.tally().replaced()));
            }
        }
    }

    private void applyStarted(TaskStarted it, Now now) {
        TaskState.Live task = live(it.taskId());
        if (task != null) {
            stragglers.watch(task, now.tickMs());
        }
    }

    private void ended(TaskState.Live task, LiveAttempt attempt, Now now) {
        backlog.ended(task.info(), attempt, now.tickMs());
        stragglers.unwatch(task.info().taskId());
        stragglers.unhedged(task.info().taskId());
    }

    private void applyCompleted(TaskCompleted it, Now now) {
        TaskState task = tasks.remove(it.taskId());
        if (task == null) {
            return;
        }
        if (task instanceof TaskState.Waiting waiting) {
            backlog.remove(waiting);
        } else if (task instanceof TaskState.Live live) {
            live.attempts().forEach(attempt -> ended(live, attempt, now));
        }
        fleet.release(it.taskId());
        Set<String> open = tasksByJob.get(it.jobId());
        if (open != null) {
            open.remove(it.taskId());
        }
        dirty.task(it.taskId());
        count(
                it.jobId(),
                job -> job.counted(job.tally()
                        .completed(
                                it, task instanceof TaskState.Live, task.info().estimateMs())));
        attention.add(it.jobId());
    }

    private void applyJobCompleted(JobCompleted it) {
        JobState job = jobs.get(it.jobId());
        JobState.Finished finished = null;
        if (job instanceof JobState.Planned planned) {
            finished = planned.finished(it.status(), it.finishedAtMs());
        } else if (job instanceof JobState.Submitted submitted) {
            finished = submitted.finished(it.status(), it.finishedAtMs());
        }
        if (finished != null) {
            setJob(it.jobId(), finished);
            tombstones.add(finished);
            tasksByJob.remove(it.jobId());
            attention.remove(it.jobId());
            progressDue.remove(it.jobId());
        }
    }

    /** Nothing needs doing for this job until an event touches it again. */
    void settled(String jobId) {
        attention.remove(jobId);
    }

    /** Forgets tombstones older than {@code tombstoneMs}, at most {@code limit} of them. */
    void forget(long tombstoneMs, long wallMs, int limit) {
        for (int i = 0; i < limit; i++) {
            JobState.Finished oldest = tombstones.peek();
            if (oldest == null || wallMs - oldest.finishedAtMs() < tombstoneMs) {
                return;
            }
            tombstones.remove();
            jobs.remove(oldest.jobId());
            dirty.job(oldest.jobId());
        }
    }

    /** What each tick brings: whether anybody could run anything, and which owners need not be remembered. */
    void noteEmptiness(Now now) {
        backlog.prune();
        unserved.note(backlog.waitingNeeds().all(), fleet::couldRun, now.tickMs());
    }

    private void removeExecutor(String executorId, Now now) {
        fleet.remove(executorId);
        dirty.executor(executorId);
        noteEmptiness(now);
    }

    private void count(String jobId, java.util.function.UnaryOperator<JobState.Planned> change) {
        if (jobs.get(jobId) instanceof JobState.Planned job) {
            setJob(jobId, change.apply(job));
            progressDue.add(jobId);
        }
    }

    private void setJob(String jobId, JobState job) {
        jobs.put(jobId, job);
        dirty.job(jobId);
    }

    private void setTask(TaskState task) {
        String taskId = task.info().taskId();
        if (tasks.put(taskId, task) instanceof TaskState.Waiting before) {
            backlog.remove(before);
        }
        if (task instanceof TaskState.Waiting waiting) {
            backlog.add(waiting);
        }
        tasksByJob
                .computeIfAbsent(task.info().jobId(), id -> new LinkedHashSet<>())
                .add(taskId);
        dirty.task(taskId);
    }

    /** The registration to make durable, or null when the executor is gone. */
    public @Nullable Registration registration(String executorId) {
        ExecutorState executor = fleet.get(executorId);
        return executor == null ? null : executor.registration();
    }
}
