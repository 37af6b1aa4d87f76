package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The planner found the tasks that are to run again. Of several for one run the first on the log counts; its tasks follow in the
 * same transaction.
 *
 * @param run the new one
 * @param tasks how many TaskQueued follow
 * @param taskBytes what its tasks take in the memory of whoever dispatches them, an estimate from above; absent in what earlier versions wrote
 */
public record JobRetryPlanned(
        String jobId,
        String pool,
        String by,
        int run,
        boolean failedOnly,
        Digest planDigest,
        int tasks,
        @Nullable Long taskBytes)
        implements PoolEvent, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
