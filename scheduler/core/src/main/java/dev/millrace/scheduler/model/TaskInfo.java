package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.history.Estimate;

/** The facts about a task that never change. */
public record TaskInfo(
        String taskId,
        String jobId,
        int index,
        Digest planDigest,
        String name,
        String historyKey,
        String project,
        String owner,
        Priority priority,
        long jobOrder,
        long estimateMs,
        long estimateUpperMs,
        String estimateSource,
        int retries,
        boolean gating,
        boolean repeatable,
        Needs needs,
        long queuedAtMs) {
    private static final long BRIEF_MS = 300;

    /** Takes what all tasks of a job have in common from the job: there may be a million of them. */
    public static TaskInfo of(TaskQueued task, JobInfo job, Digest planDigest, Needs needs, long wallMs) {
        return new TaskInfo(
                task.taskId(),
                job.jobId(),
                task.index(),
                planDigest,
                task.name(),
                task.historyKey(),
                job.project(),
                job.owner(),
                job.priority(),
                job.admittedSequence(),
                Math.max(1, task.estimateMs()),
                task.estimateUpperMs() == null ? 0 : task.estimateUpperMs(),
                task.estimateSource(),
                task.retries(),
                task.gating(),
                task.repeatable() == null || task.repeatable(),
                needs,
                wallMs);
    }

    public boolean isUrgent() {
        return priority == Priority.URGENT;
    }

    /** Whether nobody knows how long it takes. */
    public boolean isGuess() {
        return Estimate.isGuess(estimateMs, estimateUpperMs);
    }

    /** Whether it is expected to end so soon that a commit between two such tasks is worth hiding. */
    public boolean isBrief() {
        return estimateMs <= BRIEF_MS;
    }
}
