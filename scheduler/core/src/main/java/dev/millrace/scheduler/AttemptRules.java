package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import org.jspecify.annotations.Nullable;

/** What the end of an attempt means for its task: another attempt from the budget its outcome names, or the verdict. */
final class AttemptRules {
    private AttemptRules() {}

    static Decision ended(
            String pool,
            long sequence,
            CoreConfig config,
            TaskState.Live task,
            Outcome outcome,
            String reason,
            @Nullable AttemptResult result,
            Now now) {
        RetryBudget budget = outcome.budget();
        boolean another =
                switch (budget) {
                    case TEST -> task.ledger().testRetries() < task.info().retries();
                    case INFRASTRUCTURE -> task.ledger().infrastructureRetries() < config.infrastructureRetries();
                    case FREE -> true;
                    case NONE -> false;
                };
        if (another) {
            return new RetryScheduled(
                    task.info().taskId(),
                    task.info().jobId(),
                    pool,
                    sequence,
                    task.info().historyKey(),
                    task.ledger().attempts(),
                    task.epoch(),
                    task.executorId(),
                    budget,
                    outcome,
                    reason,
                    result);
        }
        boolean flaky = outcome == Outcome.PASSED && task.ledger().testRetries() > 0;
        return verdict(pool, sequence, task, task.epoch(), task.executorId(), outcome, flaky, reason, result, now);
    }

    static TaskCompleted verdict(
            String pool,
            long sequence,
            TaskState task,
            @Nullable Epoch epoch,
            @Nullable String executorId,
            Outcome outcome,
            boolean flaky,
            String reason,
            @Nullable AttemptResult result,
            Now now) {
        TaskInfo info = task.info();
        return new TaskCompleted(
                info.taskId(),
                info.jobId(),
                pool,
                sequence,
                info.index(),
                info.name(),
                info.project(),
                info.historyKey(),
                0,
                outcome.finalVerdict(),
                outcome,
                task.ledger().attempts(),
                epoch,
                executorId,
                flaky,
                info.gating(),
                reason,
                info.queuedAtMs(),
                now.wallMs(),
                result);
    }
}
