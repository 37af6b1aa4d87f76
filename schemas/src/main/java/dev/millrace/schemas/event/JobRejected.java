package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * The planner could not cut a job into tasks, or the dispatcher has no capacity left for the job; the reason gives the details. The job
 * ends without running a task.
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
