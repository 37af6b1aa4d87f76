package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * One of the two attempts of a hedged task ended without deciding the task. The other attempt has decided it or may still do so.
 *
 * @param budget the budget that was charged for the attempt
 * @param result the result of the attempt, if its executor reported one
 */
public record AttemptDropped(
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
