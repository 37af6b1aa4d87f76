package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the end of an attempt means for its task: another attempt, charged to the budget of its outcome, or the verdict. While a
 * second attempt runs, an end that would lead to a retry, or one through the fault of the platform, leaves the decision to the other
 * attempt. The attempt that gives the verdict stops the other one.
 */
public final class AttemptRules {
    /**
     * The limit of free attempts: once a task has had this many attempts in one run of its job, attempts that are given back are charged to
     * the infrastructure budget. Otherwise an executor that gives back everything would cause attempts without end. The limit is larger
     * than what a restart of all executors of a large pool, one by one, causes.
     */
    public static final int MAX_FREE_ATTEMPTS = 100;

    private final PoolState state;
    private final String pool;
    private final CoreConfig config;
    private final Now now;
    private final Decisions decisions;

    /** Creates rules that collect the events that follow from one input. */
    AttemptRules(PoolState state, CoreConfig config, Now now) {
        this.state = state;
        this.pool = state.pool();
        this.decisions = new Decisions(state);
        this.config = config;
        this.now = now;
    }

    /** Returns the collected events, to which the caller may add more. */
    Decisions decisions() {
        return decisions;
    }

    List<Event> events() {
        return decisions.events();
    }

    void ended(
            TaskState.Live task, LiveAttempt attempt, Outcome outcome, String reason, @Nullable AttemptResult result) {
        RetryBudget budget = budget(task, outcome);
        boolean another =
                switch (budget) {
                    case TEST -> task.retryRecord().testRetries() < task.info().retries();
                    case INFRASTRUCTURE -> task.retryRecord().infrastructureRetries() < config.infrastructureRetries();
                    case FREE -> true;
                    case NONE -> false;
                };
        boolean secondOpinion = !another && wantsSecondOpinion(task, attempt, outcome);
        boolean otherMayDecide =
                task.attempts().size() > 1 && (another || secondOpinion || budget == RetryBudget.INFRASTRUCTURE);
        if (otherMayDecide) {
            dropped(task, attempt, secondOpinion ? RetryBudget.FREE : budget, outcome, reason, result);
        } else if (another || secondOpinion) {
            decisions.add(sequence -> new RetryScheduled(
                    task.info().taskId(),
                    task.info().jobId(),
                    pool,
                    sequence,
                    task.info().historyKey(),
                    attempt.number(),
                    attempt.epoch(),
                    attempt.executorId(),
                    secondOpinion ? RetryBudget.FREE : budget,
                    outcome,
                    secondOpinion ? reason + "; " + doubts(attempt.executorId()) : reason,
                    result));
        } else {
            boolean flaky = outcome == Outcome.PASSED && task.retryRecord().testRetries() > 0;
            supersedeOthers(task, attempt, "attempt " + attempt.number() + " decided first");
            verdict(task, attempt, outcome, flaky, reason, result);
        }
    }

    private static RetryBudget budget(TaskState.Live task, Outcome outcome) {
        boolean free = outcome.budget() == RetryBudget.FREE;
        return free && task.retryRecord().attemptsOfRun() >= MAX_FREE_ATTEMPTS
                ? RetryBudget.INFRASTRUCTURE
                : outcome.budget();
    }

    /**
     * Returns whether another executor must confirm the outcome, because the scheduler doubts this executor. This happens once in each run
     * of a task, and only if another executor could run it.
     */
    private boolean wantsSecondOpinion(TaskState.Live task, LiveAttempt attempt, Outcome outcome) {
        StandingOverride mark = state.mark(attempt.executorId());
        boolean doubted = state.quarantine().isDoubted(attempt.executorId())
                || (mark != null && mark.standing() == Standing.SUSPECT);
        return doubted
                && task.info().scope() == null
                && RetryRecord.isDoubtful(outcome)
                && !task.retryRecord().secondOpinion()
                && state.fleet().couldRunElsewhere(task.info().needs(), attempt.executorId());
    }

    private static String doubts(String executorId) {
        return "a second opinion is wanted, as " + executorId + " fails much";
    }

    /** Gives the verdict of a task whose job was cancelled, and stops its attempts. */
    void cancelled(TaskState task, String reason) {
        LiveAttempt first = null;
        if (task instanceof TaskState.Live live) {
            first = live.first();
            supersedeOthers(live, first, "the job was cancelled");
        }
        verdict(task, first, Outcome.CANCELLED, false, reason, null);
        if (first != null) {
            revoked(task, first, "the job was cancelled");
        }
    }

    private void supersedeOthers(TaskState.Live task, LiveAttempt attempt, String reason) {
        for (LiveAttempt other : task.others(attempt)) {
            dropped(task, other, RetryBudget.FREE, Outcome.SUPERSEDED, reason, null);
            revoked(task, other, reason);
        }
    }

    private void dropped(
            TaskState.Live task,
            LiveAttempt attempt,
            RetryBudget budget,
            Outcome outcome,
            String reason,
            @Nullable AttemptResult result) {
        decisions.add(sequence -> new AttemptDropped(
                task.info().taskId(),
                task.info().jobId(),
                pool,
                sequence,
                task.info().historyKey(),
                attempt.number(),
                attempt.epoch(),
                attempt.executorId(),
                budget,
                outcome,
                reason,
                result));
    }

    private void revoked(TaskState task, LiveAttempt attempt, String reason) {
        decisions.command(new AttemptRevoked(
                attempt.executorId(), task.info().taskId(), attempt.number(), attempt.epoch(), reason));
    }

    void verdict(
            TaskState task,
            @Nullable LiveAttempt attempt,
            Outcome outcome,
            boolean flaky,
            String reason,
            @Nullable AttemptResult result) {
        TaskInfo info = task.info();
        decisions.add(sequence -> new TaskCompleted(
                info.taskId(),
                info.jobId(),
                pool,
                sequence,
                info.index(),
                info.name(),
                info.project(),
                info.historyKey(),
                task.retryRecord().run(),
                outcome.finalVerdict(),
                outcome,
                task.retryRecord().attempts(),
                attempt == null ? null : attempt.number(),
                attempt == null ? null : attempt.epoch(),
                attempt == null ? null : attempt.executorId(),
                flaky,
                info.gating(),
                reason,
                info.queuedAtMs(),
                now.wallMs(),
                result,
                info.scope(),
                info.role()));
    }
}
