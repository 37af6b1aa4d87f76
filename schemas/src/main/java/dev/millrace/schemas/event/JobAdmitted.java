package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/** The dispatcher accepted a job. A second submission with the same id changes nothing. */
public record JobAdmitted(
        String jobId,
        String pool,
        long sequence,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        long submittedAtMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
