package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * One of two attempts of a hedged task ended without deciding it: the other one did, or still may.
 *
 * @param budget which budget paid
 * @param result what the attempt came to, when its executor said
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
