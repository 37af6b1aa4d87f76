package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The end of a job. There is exactly one such event for each run of a job, after the verdicts of all its tasks.
 *
 * @param run the highest run number of the job's tasks; absent for 0, the first run
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
