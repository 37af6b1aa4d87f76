package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * The planner cut a job into tasks. Of several plans for one job the first on the log counts; its tasks follow in the same transaction.
 *
 * @param planDigest blob with the plan
 * @param tasks how many TaskQueued follow
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
        long submittedAtMs)
        implements PoolEvent {
    @Override
    public String key() {
        return jobId;
    }
}
