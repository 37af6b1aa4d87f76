package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * One task of a plan, with what the dispatcher needs to order it.
 *
 * @param estimateMs expected run time
 * @param estimateUpperMs what the task exceeds only when something is wrong; absent if that is not known
 * @param estimateSource where the estimate comes from, in words
 * @param retries how often the test budget allows another attempt
 * @param gating whether the task can fail its job
 * @param repeatable whether two attempts may run at the same time; absent for yes
 * @param needs beyond one slot; absent for nothing
 * @param retryOf what earlier runs have left; absent in the first run
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
        @Nullable Long estimateUpperMs,
        String estimateSource,
        int retries,
        boolean gating,
        @Nullable Boolean repeatable,
        @Nullable Needs needs,
        @Nullable RetryOf retryOf)
        implements PoolEvent, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
