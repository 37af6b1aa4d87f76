package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * One task of a plan, with the data that the dispatcher needs to decide when and where the task runs.
 *
 * @param estimateMs expected run time
 * @param estimateUpperMs upper limit of the expected run time; a task that runs longer has a problem; absent if unknown
 * @param estimateSource where the estimate comes from, in words
 * @param retries number of further attempts that the test budget allows
 * @param gating whether the task can fail its job
 * @param repeatable whether two attempts may run at the same time; absent for yes
 * @param needs what the task needs in addition to one slot; absent for nothing
 * @param retryOf facts about the earlier runs of the task; absent in the first run
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
