package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * One task of a plan, with what the dispatcher needs to order it.
 *
 * @param estimateMs expected run time
 * @param estimateSource where the estimate comes from, in words
 * @param retries how often the test budget allows another attempt
 * @param gating whether the task can fail its job
 */
public record TaskQueued(
        String taskId,
        String jobId,
        String pool,
        int index,
        Digest planDigest,
        String name,
        String historyKey,
        long estimateMs,
        String estimateSource,
        int retries,
        boolean gating)
        implements PoolEvent {
    @Override
    public String key() {
        return taskId;
    }
}
