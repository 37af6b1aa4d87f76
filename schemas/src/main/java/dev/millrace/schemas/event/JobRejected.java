package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * The planner could not make tasks of a job, or the dispatcher has no room for it; the reason says why. The job ends with no task run.
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
        implements PoolEvent, OfJob {
    public static JobRejected of(JobSubmitted job, String reason) {
        return new JobRejected(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority(),
                job.specDigest(),
                reason,
                job.submittedAtMs());
    }

    public static JobRejected of(JobPlanned job, String reason) {
        return new JobRejected(
                job.jobId(),
                job.pool(),
                job.owner(),
                job.name(),
                job.project(),
                job.priority(),
                job.specDigest(),
                reason,
                job.submittedAtMs());
    }

    @Override
    public String key() {
        return jobId;
    }
}
