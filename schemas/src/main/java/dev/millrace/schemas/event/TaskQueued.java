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
 * @param scope id of the scope that the task belongs to; absent for none
 * @param role whether the task sets the scope up or tears it down; absent for a test
 * @param scopeRules the rules of the scope; only the set-up has them
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
        @Nullable RetryOf retryOf,
        @Nullable String scope,
        @Nullable Role role,
        @Nullable ScopeRules scopeRules)
        implements PoolEvent, OfJob {
    /** Creates the event of a task without a scope. */
    public TaskQueued(
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
            @Nullable RetryOf retryOf) {
        this(
                taskId,
                jobId,
                pool,
                index,
                planDigest,
                name,
                historyKey,
                estimateMs,
                estimateUpperMs,
                estimateSource,
                retries,
                gating,
                repeatable,
                needs,
                retryOf,
                null,
                null,
                null);
    }

    @Override
    public String key() {
        return taskId;
    }
}
