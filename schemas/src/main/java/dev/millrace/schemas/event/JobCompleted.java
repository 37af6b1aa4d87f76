package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The end of a job. Exactly one per run of a job, after the verdicts of all its tasks.
 *
 * @param run the highest of its tasks; absent for 0, the first
 */
public record JobCompleted(
        String jobId,
        String pool,
        long sequence,
        String owner,
        String name,
        String project,
        JobStatus status,
        JobCounts counts,
        String reason,
        long submittedAtMs,
        long finishedAtMs,
        @Nullable Integer run)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
