package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a job was accepted.
 *
 * @param failFast failed gating tasks at which the job is given up; absent for never
 */
public record JobStarted(
        String jobId, String pool, long sequence, Digest planDigest, int tasks, @Nullable Integer failFast)
        implements Decision {
    @Override
    public String key() {
        return jobId;
    }
}
