package dev.millrace.schemas.event;

/**
 * The end of a job. Exactly one per job, after the verdicts of all its tasks.
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
        long finishedAtMs)
        implements Decision {
    @Override
    public String key() {
        return jobId;
    }
}
