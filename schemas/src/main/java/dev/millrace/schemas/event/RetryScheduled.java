package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An attempt ended without deciding its task. The task waits for another attempt.
 *
 * @param epoch epoch of the attempt that ended
 * @param budget the budget that the next attempt is charged to
 * @param result the result of the attempt, if its executor reported one
 */
public record RetryScheduled(
        String taskId,
        String jobId,
        String pool,
        long sequence,
        String historyKey,
        int attempt,
        Epoch epoch,
        String executorId,
        RetryBudget budget,
        Outcome outcome,
        String reason,
        @Nullable AttemptResult result)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
