package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The planner cut a job into tasks. Of several plans for one job the first on the log counts; its tasks follow in the same transaction.
 *
 * @param planDigest blob with the plan
 * @param tasks how many TaskQueued follow
 * @param failFast failed gating tasks at which the job is given up; absent for never
 * @param taskBytes what its tasks take in the memory of whoever dispatches them, an estimate from above; absent in what earlier versions wrote
 */
public record JobPlanned(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        Digest planDigest,
        int tasks,
        long submittedAtMs,
        @Nullable Integer failFast,
        @Nullable Long taskBytes)
        implements PoolEvent, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
