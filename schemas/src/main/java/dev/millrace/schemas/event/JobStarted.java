package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * The plan of a job was accepted.
 */
public record JobStarted(String jobId, String pool, long sequence, Digest planDigest, int tasks) implements Decision {
    @Override
    public String key() {
        return jobId;
    }
}
