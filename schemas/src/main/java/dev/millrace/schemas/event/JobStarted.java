package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a job was accepted.
 *
 * @param failFast failed gating tasks at which the job is given up; absent for never
 * @param taskBytes what its tasks take in the memory of whoever dispatches them, an estimate from above; absent in what earlier versions wrote
 */
public record JobStarted(
        String jobId,
        String pool,
        long sequence,
        Digest planDigest,
        int tasks,
        @Nullable Integer failFast,
        @Nullable Long taskBytes)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
