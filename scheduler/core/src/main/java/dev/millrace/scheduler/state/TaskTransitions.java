package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobCounters;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.quarantine.FailureScore;
import dev.millrace.scheduler.state.scope.ScopeView;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes tasks, from their arrival in the queue to their verdict, and the counts of their jobs. */
final class TaskTransitions {
    private final PoolState state;
    private final JobTransitions jobs;
    private final AttemptTransitions attempts;

    TaskTransitions(PoolState state, JobTransitions jobs, AttemptTransitions attempts) {
        this.state = state;
        this.jobs = jobs;
        this.attempts = attempts;
    }

    void register(Transitions all) {
        all.on(TaskQueued.class, Subject.TASK, TaskQueued::taskId, this::queued);
        all.on(TaskPlaced.class, Subject.TASK, TaskPlaced::taskId, this::placed);
        all.on(TaskStarted.class, Subject.TASK, TaskStarted::taskId, this::started);
        all.on(TaskHedged.class, Subject.TASK, TaskHedged::taskId, this::hedged);
        all.on(AttemptDropped.class, Subject.TASK, AttemptDropped::taskId, this::dropped);
        all.on(RetryScheduled.class, Subject.TASK, RetryScheduled::taskId, this::retried);
        all.on(TaskReopened.class, Subject.TASK, TaskReopened::taskId, this::reopened);
        all.on(TaskCompleted.class, Subject.TASK, TaskCompleted::taskId, this::completed);
        // Changes nothing: the placement event has already changed the state.
        all.always(TaskDispatched.class, (it, now) -> {});
    }

    private void queued(TaskQueued it, Now now) {
        if (!(state.job(it.jobId()) instanceof JobState.Planned job)) {
            throw new IllegalTransitionException("TaskQueued of " + it.taskId() + " whose job is not open");
        }
        String scope = it.scope() == null ? null : scopeOf(it, it.scope(), job);
        Needs needs = state.tasks().needs().shared(it.needs() == null ? Needs.NOTHING : it.needs());
        boolean firstOfItsKind = !state.backlog().waitingNeeds().contains(needs);
        TaskInfo task = TaskInfo.of(it, job.info(), job.planDigest(), needs, scope, now.wallMs());
        RetryOf retryOf = it.retryOf();
        RetryRecord retryRecord =
                retryOf == null ? RetryRecord.NEW : RetryRecord.retryOf(retryOf.run(), retryOf.attempts());
        state.tasks().set(new TaskState.Waiting(task, retryRecord, task.queuedAtMs(), now.tickMs()));
        jobs.recount(
                it.jobId(),
                planned -> planned.counted(
                        task.isTest()
                                ? planned.counters().queued(task.estimateMs())
                                : planned.counters().queuedOfScope()));
        state.pendingJobs().attend(it.jobId());
        jobs.arrived(it.jobId(), now);
        if (firstOfItsKind) {
            state.noteEmptiness(now);
        }
    }

    /** Makes the scope of a task known, with its rules if the task is its set-up. Returns its id. */
    private String scopeOf(TaskQueued it, String id, JobState.Planned job) {
        ScopeState scope = state.mutableScopes().ensure(id, job.info());
        if (it.scopeRules() != null) {
            state.mutableScopes().put(scope.with(it.scopeRules()));
        }
        return scope.id();
    }

    /** Changes the counts of a job for one of its tests. Set-ups and tear-downs are not counted. */
    private void count(TaskInfo task, UnaryOperator<JobCounters> change) {
        if (task.isTest()) {
            jobs.count(task.jobId(), job -> job.counted(change.apply(job.counters())));
        }
    }

    private void placed(TaskPlaced it, Now now) {
        if (!(state.task(it.taskId()) instanceof TaskState.Waiting task)) {
            return;
        }
        ExecutorState executor = executor(it.executorId());
        boolean asUrgent = it.reason() != null && it.reason().rule() == PlacementRule.URGENT;
        LiveAttempt attempt = state.mutableBacklog()
                .started(
                        task.info(),
                        attempt(it.attempt(), it.epoch(), executor, it.slots() == null ? 1 : it.slots()),
                        asUrgent,
                        state.fleet().slots(),
                        now.tickMs());
        state.tasks().set(task.placed(attempt));
        attempts.take(task.info(), executor, attempt, now);
        if (task.info().isTest()) {
            jobs.recount(it.jobId(), job -> job.counted(job.counters().placed()));
        } else if (task.info().role() == Role.SETUP) {
            changeScope(task.info(), ScopeState::placedItsSetup);
        }
    }

    private void hedged(TaskHedged it, Now now) {
        TaskState.Live task = live(it.taskId());
        ExecutorState executor = executor(it.executorId());
        LiveAttempt attempt = state.mutableBacklog()
                .hedged(task.info(), attempt(it.attempt(), it.epoch(), executor, it.slots()), now.tickMs());
        state.stragglers().hedged(it.taskId(), it.slots());
        state.tasks().set(task.hedged(attempt));
        attempts.take(task.info(), executor, attempt, now);
    }

    private ExecutorState executor(String executorId) {
        ExecutorState executor = state.mutableFleet().get(executorId);
        if (executor == null) {
            throw new IllegalTransitionException(executorId + " gets a task and is not in pool " + state.pool());
        }
        return executor;
    }

    private static LiveAttempt attempt(int number, Epoch epoch, ExecutorState executor, int slots) {
        return new LiveAttempt(
                number, epoch, executor.id(), executor.registration().incarnation(), slots, 0);
    }

    /** Returns a task that the transition table has shown to be live. */
    private TaskState.Live live(String taskId) {
        TaskState.Live task = state.live(taskId);
        if (task == null) {
            throw new IllegalTransitionException(taskId + " is not live");
        }
        return task;
    }

    private static LiveAttempt attempt(TaskState.Live task, int number, Epoch epoch) {
        LiveAttempt attempt = task.attempt(new AttemptKey(task.info().taskId(), number, epoch));
        if (attempt == null) {
            throw new IllegalTransitionException(
                    "attempt " + number + " of " + task.info().taskId() + " is not live");
        }
        return attempt;
    }

    private void started(TaskStarted it, Now now) {
        TaskState.Live task = live(it.taskId());
        LiveAttempt attempt = attempt(task, it.attempt(), it.epoch());
        state.stragglers().watch(task, now.tickMs());
        state.mutableBacklog().settlements().ran(task.info(), attempt, now.tickMs());
    }

    private void dropped(AttemptDropped it, Now now) {
        TaskState.Live task = live(it.taskId());
        LiveAttempt attempt = attempt(task, it.attempt(), it.epoch());
        state.tasks().set(task.dropped(attempt, it.outcome(), it.budget()));
        attempts.ended(task, attempt, it.outcome(), it.result(), now);
        judge(task, it.executorId(), it.outcome(), now);
        boolean charged = it.budget() == RetryBudget.TEST || it.budget() == RetryBudget.INFRASTRUCTURE;
        if (charged) {
            count(task.info(), JobCounters::replaced);
        }
    }

    private void changeScope(TaskInfo task, UnaryOperator<ScopeState> change) {
        ScopeView scope = task.scope() == null ? null : state.scopes().get(task.jobId(), task.scope());
        if (scope != null) {
            state.mutableScopes().put(change.apply(scope.state()));
        }
    }

    private void retried(RetryScheduled it, Now now) {
        TaskState.Live task = live(it.taskId());
        // The task waits again before its attempt ends. In the opposite order the owner could have no work in between,
        // and so lose its credit.
        state.tasks().set(task.retried(it.outcome(), it.budget(), cases(it), now));
        attempts.ended(task, task.first(), it.outcome(), it.result(), now);
        count(task.info(), JobCounters::retried);
        if (task.info().role() == Role.SETUP) {
            changeScope(task.info(), scope -> scope.left(context(it.result())));
        }
        judge(task, it.executorId(), it.outcome(), now);
    }

    private static @Nullable Digest context(@Nullable AttemptResult result) {
        return result == null ? null : result.scopeContext();
    }

    /**
     * Returns the test case results that let a retry run only the failed cases, or null if there are no usable ones. Results of a doubted
     * executor are not used. Incomplete results are not used either, because a failed case may be among those that were left out.
     */
    private static @Nullable Digest cases(RetryScheduled retry) {
        AttemptResult result = retry.result();
        return result != null && retry.budget() == RetryBudget.TEST && result.casesLeftOut() == null
                ? result.cases()
                : null;
    }

    private void reopened(TaskReopened it, Now now) {
        if (it.executorId() == null) {
            // If the job was retried, the TaskQueued event has already added the task.
            if (state.task(it.taskId()) == null) {
                reopenedOfScope(it, now);
            }
            return;
        }
        FailureScore.Verdict verdict = state.mutableQuarantine().toReopen().peek();
        if (verdict == null || !verdict.task().taskId().equals(it.taskId())) {
            throw new IllegalTransitionException("TaskReopened of " + it.taskId() + ", whose verdict nobody doubts");
        }
        state.mutableQuarantine().toReopen().remove();
        state.tasks()
                .set(new TaskState.Waiting(
                        verdict.task(), verdict.retryRecord().reopened(), now.wallMs(), now.tickMs()));
        TaskInfo info = verdict.task();
        jobs.count(it.jobId(), job -> job.counted(
                        job.counters().reopened(verdict.outcome(), info.gating(), info.estimateMs()))
                .reachedRun(it.run()));
    }

    /** Lets the set-up or the tear-down of a scope wait again, because the scope has another epoch. */
    private void reopenedOfScope(TaskReopened it, Now now) {
        for (ScopeView scope : state.scopes().ofJob(it.jobId())) {
            for (ScopeState.Decided decided : scope.state().decided()) {
                if (decided.info().taskId().equals(it.taskId())) {
                    state.mutableScopes().put(scope.state().reopened(it.taskId()));
                    state.tasks()
                            .set(new TaskState.Waiting(
                                    decided.info(), decided.retryRecord().reopened(), now.wallMs(), now.tickMs()));
                    return;
                }
            }
        }
    }

    private void decidedOfScope(TaskState task, TaskCompleted it) {
        var decided = new ScopeState.Decided(task.info(), task.retryRecord(), it.outcome());
        changeScope(
                task.info(),
                scope -> task.info().role() == Role.SETUP
                        ? scope.setUp(decided, it.reason()).left(context(it.result()))
                        : scope.tornDown(decided));
    }

    private void completed(TaskCompleted it, Now now) {
        TaskState task = state.tasks().remove(it.taskId());
        if (task == null) {
            return;
        }
        if (task instanceof TaskState.Live live) {
            live.attempts().forEach(attempt -> attempts.ended(live, attempt, it.outcome(), it.result(), now));
        }
        boolean ran = task instanceof TaskState.Live;
        judgeVerdict(task, it, now);
        count(task.info(), counters -> counters.completed(it, ran, task.info().estimateMs()));
        if (!task.info().isTest()) {
            decidedOfScope(task, it);
        }
        state.pendingJobs().attend(it.jobId());
    }

    /** Judges the executor of an attempt that ended, and those where the task failed before. */
    private void judge(TaskState.Live task, String executorId, Outcome outcome, Now now) {
        state.mutableQuarantine().suspicion().ended(task, executorId, outcome);
        state.mutableQuarantine().judge(executorId, now.tickMs());
        task.retryRecord().failedOn().forEach(failed -> state.mutableQuarantine()
                .judge(failed, now.tickMs()));
    }

    private void judgeVerdict(TaskState task, TaskCompleted it, Now now) {
        if (task instanceof TaskState.Live live && it.executorId() != null) {
            judge(live, it.executorId(), it.outcome(), now);
            // A task of a scope does not run again for this reason: its scope may be closed by then.
            if (RetryRecord.isDoubtful(it.outcome()) && live.info().scope() == null) {
                FailureScore score = state.mutableQuarantine().suspicion().of(it.executorId());
                score.forgetOpen(it.taskId());
                score.gaveFailedVerdict(
                        new FailureScore.Verdict(task.info(), task.retryRecord(), it.outcome(), it.executorId()));
                state.mutableQuarantine().judge(it.executorId(), now.tickMs());
            }
        }
        state.mutableQuarantine().suspicion().decided(task);
        task.retryRecord().failedOn().forEach(failed -> state.mutableQuarantine()
                .judge(failed, now.tickMs()));
    }
}
