package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * The planner could not make tasks of a job; the reason says why. The job ends with no task run.
 */
public record JobRejected(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        String reason,
        long submittedAtMs)
        implements PoolEvent {
    @Override
    public String key() {
        return jobId;
    }
}
