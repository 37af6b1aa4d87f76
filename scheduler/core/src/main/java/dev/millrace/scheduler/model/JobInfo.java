package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Priority;

/** The facts about a job that are fixed at its submission. Only {@code admittedSequence} changes, when the job is retried. */
public record JobInfo(
        String jobId,
        String owner,
        String name,
        String project,
        Priority priority,
        long submittedAtMs,
        long admittedSequence) {
    /** Returns the same job with a new position among its owner's jobs. */
    JobInfo resumedAt(long sequence) {
        return new JobInfo(jobId, owner, name, project, priority, submittedAtMs, sequence);
    }

    public static JobInfo of(JobSubmitted job, long sequence) {
        return new JobInfo(
                job.jobId(), job.owner(), job.name(), job.project(), job.priority(), job.submittedAtMs(), sequence);
    }

    public static JobInfo of(JobPlanned job, long sequence) {
        return new JobInfo(
                job.jobId(), job.owner(), job.name(), job.project(), job.priority(), job.submittedAtMs(), sequence);
    }

    public static JobInfo of(JobRejected job, long sequence) {
        return new JobInfo(
                job.jobId(), job.owner(), job.name(), job.project(), job.priority(), job.submittedAtMs(), sequence);
    }
}
