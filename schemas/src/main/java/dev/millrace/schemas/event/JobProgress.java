package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * How far a job is; at most two a second.
 *
 * @param estimatedEndMs wall-clock estimate, once there is one
 */
public record JobProgress(String jobId, String pool, long sequence, JobCounts counts, @Nullable Long estimatedEndMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
