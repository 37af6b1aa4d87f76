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

    /**
     * Creates the facts of a task. The values that all tasks of a job share are taken from the job, to save memory: a job may have a
     * million tasks.
     */
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

    /** Returns whether its estimate is only a guess, because nothing is known about its run time. */
    public boolean isGuess() {
        return Estimate.isGuess(estimateMs, estimateUpperMs);
    }

    /** Returns whether it is expected to be so short that it is worth hiding the commit between two such tasks. */
    public boolean isBrief() {
        return estimateMs <= BRIEF_MS;
    }
}
