package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.event.Tick;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Applies each event to the state of a pool: the only place where it changes. Not thread-safe. */
final class PoolTransitions {
    private final PoolState state;
    private final HoldingTransitions holdings;
    private @Nullable BiConsumer<Event, Runnable> observer;

    PoolTransitions(PoolState state) {
        this.state = state;
        this.holdings = new HoldingTransitions(state);
    }

    /** The observer is given each event with what applies it, and must run that once. */
    void observe(BiConsumer<Event, Runnable> newObserver) {
        observer = newObserver;
    }

    void apply(Event event, Now now) {
        if (observer == null) {
            change(event, now);
        } else {
            observer.accept(event, () -> change(event, now));
        }
    }

    private void change(Event event, Now now) {
        if (event instanceof Decision decision) {
            state.decided(decision.sequence());
            applyDecision(decision, now);
        } else {
            applyInput(event, now);
        }
        state.look();
    }

    private void applyDecision(Decision event, Now now) {
        if (event instanceof JobAdmitted it) {
            state.setJob(
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
        } else if (event instanceof JobStarted it && state.job(it.jobId()) instanceof JobState.Submitted job) {
            state.setJob(
                    it.jobId(), job.planned(it.planDigest(), it.tasks(), it.failFast() == null ? 0 : it.failFast()));
            state.pendingJobs().attend(it.jobId());
            state.expectTasks(it.jobId(), it.tasks(), it.taskBytes(), now);
        } else if (event instanceof JobCancelling it) {
            applyCancelling(it, now);
        } else if (event instanceof JobRetryStarted it && state.job(it.jobId()) instanceof JobState.Finished job) {
            state.reopenJob(job, it);
            state.expectTasks(it.jobId(), it.tasks(), it.taskBytes(), now);
        } else if (event instanceof JobIncomplete it) {
            state.count(it.jobId(), job -> job.counted(job.counters().missed(it.tasks())));
            state.pendingJobs().attend(it.jobId());
            arrived(it.jobId(), now);
        } else if (event instanceof TaskPlaced it && state.task(it.taskId()) instanceof TaskState.Waiting task) {
            applyPlaced(it, task, now);
        } else if (event instanceof RetryScheduled it && state.task(it.taskId()) instanceof TaskState.Live task) {
            // In this order the owner is never without work in between, which would cost it its standing.
            state.tasks().set(task.retried(it.outcome(), it.budget(), cases(it), now));
            holdings.ended(task, task.first(), it.outcome(), it.result(), now);
            state.count(it.jobId(), job -> job.counted(job.counters().retried()));
            judge(task, it.executorId(), it.outcome(), now);
        } else if (event instanceof TaskHedged it && state.live(it.taskId()) != null) {
            applyHedged(it, now);
        } else if (event instanceof AttemptDropped it) {
            applyDropped(it, now);
        } else if (event instanceof TaskStarted it) {
            applyStarted(it, now);
        } else if (event instanceof ExecutorReserved it) {
            TaskState task = state.task(it.taskId());
            if (task != null) {
                state.fleet().reserve(it.executorId(), task.info().needs(), it.taskId());
            }
        } else if (event instanceof ExecutorMarked it) {
            applyMarked(it, now);
        } else if (event instanceof TaskReopened it) {
            applyReopened(it, now);
        } else if (event instanceof TaskCompleted it) {
            applyCompleted(it, now);
        } else if (event instanceof JobCompleted it) {
            applyJobCompleted(it);
        } else if (event instanceof JobProgress it) {
            state.pendingJobs().told(it.jobId(), now.tickMs());
        } else if (event instanceof LeaseExpired it) {
            if (state.fleet().get(it.executorId(), it.incarnation()) != null) {
                state.removeExecutor(it.executorId(), now);
            }
        } else if (event instanceof PoolSettingsChanged it) {
            Integer hedgePercent = it.hedgePercent();
            state.setPolicy(new PoolPolicy(
                    it.urgentSharePercent(),
                    hedgePercent == null ? state.policy().hedgePercent() : hedgePercent));
        } else if (event instanceof OwnerQuotaChanged it) {
            state.backlog().configure(it.owner(), it.weight(), it.maxSlots(), now.tickMs());
        }
    }

    private void applyInput(Event event, Now now) {
        if (event instanceof TaskQueued it && state.job(it.jobId()) instanceof JobState.Planned job) {
            Needs needs = state.tasks().needs().shared(it.needs() == null ? Needs.NOTHING : it.needs());
            boolean firstOfItsKind = !state.backlog().waitingNeeds().contains(needs);
            TaskInfo task = TaskInfo.of(it, job.info(), job.planDigest(), needs, now.wallMs());
            RetryOf retryOf = it.retryOf();
            RetryRecord retryRecord =
                    retryOf == null ? RetryRecord.NEW : RetryRecord.retryOf(retryOf.run(), retryOf.attempts());
            state.tasks().set(new TaskState.Waiting(task, retryRecord, task.queuedAtMs(), now.tickMs()));
            state.recount(
                    it.jobId(), planned -> planned.counted(planned.counters().queued(Math.max(1, it.estimateMs()))));
            state.pendingJobs().attend(it.jobId());
            arrived(it.jobId(), now);
            if (firstOfItsKind) {
                state.noteEmptiness(now);
            }
        } else if (event instanceof ExecutorOnline it) {
            ExecutorState before = state.executor(it.executorId());
            if (before != null && before.registration().incarnation().equals(it.incarnation())) {
                state.resumeExecutor(it.executorId(), now);
            } else {
                state.putExecutor(
                        new ExecutorState(
                                Registration.of(it, before == null ? null : before.registration()), now.tickMs()),
                        now);
            }
        } else if (event instanceof ExecutorHeartbeat it) {
            state.fleet().change(state.executor(it.executorId()), executor -> {
                executor.heard(now.tickMs());
                if (it.attempts() != null) {
                    executor.reconcile(it.attempts(), now.tickMs());
                }
            });
        } else if (event instanceof ExecutorDraining it) {
            state.drainExecutor(it.executorId(), it.reason(), now);
        } else if (event instanceof ExecutorOffline it) {
            state.removeExecutor(it.executorId(), now);
        } else if (event instanceof AttemptReport it) {
            holdings.reported(it, now);
        } else if (event instanceof AttemptRevoked it) {
            holdings.revoked(it, now);
        } else if (event instanceof Tick) {
            state.tick(now);
        }
    }

    private void arrived(String jobId, Now now) {
        if (state.job(jobId) instanceof JobState.Planned job && !job.counters().isWhole()) {
            state.arrivals().expect(jobId, now.tickMs());
        } else {
            state.allArrived(jobId);
        }
    }

    /**
     * Returns the results of cases by which a retry runs the failed ones alone. Where the executor is in doubt, there are none; where not all
     * results were kept, a failure may be among those that were not, so that what is left is no basis to run less than before.
     */
    private static @Nullable Digest cases(RetryScheduled retry) {
        AttemptResult result = retry.result();
        return result != null && retry.budget() == RetryBudget.TEST && result.casesLeftOut() == null
                ? result.cases()
                : null;
    }

    private void applyCancelling(JobCancelling it, Now now) {
        JobState job = state.job(it.jobId());
        if (job instanceof JobState.Submitted submitted) {
            state.setJob(it.jobId(), submitted.cancelled(it.reason()));
            state.arrivals().expect(it.jobId(), now.tickMs());
        } else if (job instanceof JobState.Running running) {
            state.quarantine()
                    .toReopen()
                    .removeIf(verdict -> verdict.task().jobId().equals(it.jobId()));
            state.setJob(it.jobId(), running.cancelled(it.reason(), Boolean.TRUE.equals(it.failedFast())));
            state.pendingJobs().attend(it.jobId());
        }
    }

    private void applyPlaced(TaskPlaced it, TaskState.Waiting task, Now now) {
        ExecutorState executor = state.executor(it.executorId());
        if (executor == null) {
            throw new IllegalStateException("placed on " + it.executorId() + ", which is not in pool " + state.pool());
        }
        var attempt = new LiveAttempt(
                it.attempt(),
                it.epoch(),
                it.executorId(),
                executor.registration().incarnation(),
                it.slots() == null ? 1 : it.slots());
        boolean asUrgent = it.reason() != null && it.reason().rule() == PlacementRule.URGENT;
        state.backlog().started(task.info(), attempt, asUrgent, state.fleet().slots(), now.tickMs());
        state.tasks().set(task.placed(attempt));
        holdings.take(task.info(), executor, attempt, now);
        state.recount(it.jobId(), job -> job.counted(job.counters().placed()));
    }

    private void applyHedged(TaskHedged it, Now now) {
        ExecutorState executor = state.executor(it.executorId());
        TaskState.Live task = state.live(it.taskId());
        if (executor == null || task == null) {
            throw new IllegalStateException("hedged on " + it.executorId() + ", which is not in pool " + state.pool());
        }
        var attempt = new LiveAttempt(
                it.attempt(),
                it.epoch(),
                it.executorId(),
                executor.registration().incarnation(),
                it.slots());
        state.backlog().hedged(task.info(), attempt, now.tickMs());
        state.stragglers().hedged(it.taskId(), it.slots());
        state.tasks().set(task.hedged(attempt));
        holdings.take(task.info(), executor, attempt, now);
    }

    private void applyDropped(AttemptDropped it, Now now) {
        TaskState.Live task = state.live(it.taskId());
        LiveAttempt attempt = task == null ? null : task.attempt(new AttemptKey(it.taskId(), it.attempt(), it.epoch()));
        if (task != null && attempt != null) {
            state.tasks().set(task.dropped(attempt, it.outcome(), it.budget()));
            holdings.ended(task, attempt, it.outcome(), it.result(), now);
            judge(task, it.executorId(), it.outcome(), now);
            boolean charged = it.budget() == RetryBudget.TEST || it.budget() == RetryBudget.INFRASTRUCTURE;
            if (charged) {
                state.count(it.jobId(), job -> job.counted(job.counters().replaced()));
            }
        }
    }

    private void applyStarted(TaskStarted it, Now now) {
        TaskState.Live task = state.live(it.taskId());
        LiveAttempt attempt = task == null ? null : task.attempt(new AttemptKey(it.taskId(), it.attempt(), it.epoch()));
        if (task != null && attempt != null) {
            state.stragglers().watch(task, now.tickMs());
            state.backlog().settlements().ran(task.info(), attempt, now.tickMs());
        }
    }

    private void applyCompleted(TaskCompleted it, Now now) {
        TaskState task = state.tasks().remove(it.taskId());
        if (task == null) {
            return;
        }
        if (task instanceof TaskState.Live live) {
            live.attempts().forEach(attempt -> holdings.ended(live, attempt, it.outcome(), it.result(), now));
        }
        boolean ran = task instanceof TaskState.Live;
        judgeVerdict(task, it, now);
        state.count(
                it.jobId(),
                job -> job.counted(job.counters().completed(it, ran, task.info().estimateMs())));
        state.pendingJobs().attend(it.jobId());
    }

    /** Judges the executor of an attempt that ended, and those where the task failed before. */
    private void judge(TaskState.Live task, String executorId, Outcome outcome, Now now) {
        state.quarantine().suspicion().ended(task, executorId, outcome);
        state.quarantine().judge(executorId, now.tickMs());
        task.retryRecord().failedOn().forEach(failed -> state.quarantine().judge(failed, now.tickMs()));
    }

    private void judgeVerdict(TaskState task, TaskCompleted it, Now now) {
        if (task instanceof TaskState.Live live && it.executorId() != null) {
            judge(live, it.executorId(), it.outcome(), now);
            if (RetryRecord.isDoubtful(it.outcome())) {
                FailureScore health = state.quarantine().suspicion().of(it.executorId());
                health.forgetOpen(it.taskId());
                health.gaveFailedVerdict(
                        new FailureScore.Verdict(task.info(), task.retryRecord(), it.outcome(), it.executorId()));
                state.quarantine().judge(it.executorId(), now.tickMs());
            }
        }
        state.quarantine().suspicion().decided(task);
        task.retryRecord().failedOn().forEach(failed -> state.quarantine().judge(failed, now.tickMs()));
    }

    private void applyMarked(ExecutorMarked it, Now now) {
        if (it.by().equals(ExecutorMarked.BY_ITSELF)) {
            // It said so itself, which ends with its life.
            return;
        }
        boolean active = it.standing() == Standing.ACTIVE;
        StandingOverride before = state.mark(it.executorId());
        if (it.standing() == Standing.SUSPECT && (before == null || before.standing() != Standing.SUSPECT)) {
            state.quarantine().suspicion().of(it.executorId()).failedVerdicts().stream()
                    .filter(verdict -> state.job(verdict.task().jobId()) instanceof JobState.Running job
                            && verdict.retryRecord().run() >= job.run())
                    .filter(verdict ->
                            state.fleet().couldRunElsewhere(verdict.task().needs(), it.executorId()))
                    .forEach(state.quarantine().toReopen()::add);
        }
        boolean byScheduler = it.by().equals(ExecutorMarked.BY_SCHEDULER);
        FailureScore health = byScheduler ? state.quarantine().suspicion().known(it.executorId()) : null;
        String onlyAccuser = health == null ? null : health.onlyAccuser();
        state.setMark(
                it.executorId(),
                active ? null : new StandingOverride(it.executorId(), it.standing(), it.by(), it.reason(), onlyAccuser),
                byScheduler,
                now);
    }

    private void applyReopened(TaskReopened it, Now now) {
        if (it.executorId() == null) {
            // The job was retried: the task came with its plan.
            return;
        }
        FailureScore.Verdict verdict = state.quarantine().toReopen().poll();
        if (verdict == null || !verdict.task().taskId().equals(it.taskId())) {
            throw new IllegalStateException("reopened " + it.taskId() + ", of which nothing is known");
        }
        state.tasks()
                .set(new TaskState.Waiting(
                        verdict.task(), verdict.retryRecord().reopened(), now.wallMs(), now.tickMs()));
        TaskInfo info = verdict.task();
        state.count(it.jobId(), job -> job.counted(
                        job.counters().reopened(verdict.outcome(), info.gating(), info.estimateMs()))
                .reachedRun(it.run()));
    }

    private void applyJobCompleted(JobCompleted it) {
        JobState job = state.job(it.jobId());
        if (job instanceof JobState.Planned planned) {
            state.finishJob(planned.finished(it.status(), it.finishedAtMs()));
        } else if (job instanceof JobState.Submitted submitted) {
            state.finishJob(submitted.finished(it.status(), it.finishedAtMs()));
        }
    }
}
