package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * A client submitted a job. A 202 means that this record is on the log.
 *
 * @param specDigest blob with the complete job spec
 */
public record JobSubmitted(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        long submittedAtMs)
        implements PoolEvent {
    @Override
    public String key() {
        return jobId;
    }
}
