package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An attempt ended without deciding its task, which waits for another.
 *
 * @param epoch of the attempt that ended
 * @param budget which budget paid
 * @param result what the attempt came to, when its executor said
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
