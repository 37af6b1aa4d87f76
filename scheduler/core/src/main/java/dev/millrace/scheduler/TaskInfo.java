package dev.millrace.scheduler;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskQueued;

/** What never changes about a task. */
public record TaskInfo(
        String taskId,
        String jobId,
        int index,
        Digest planDigest,
        String name,
        String historyKey,
        String project,
        Priority priority,
        long jobOrder,
        long estimateMs,
        String estimateSource,
        int retries,
        boolean gating,
        long queuedAtMs) {
    static TaskInfo of(TaskQueued task, JobInfo job, long wallMs) {
        return new TaskInfo(
                task.taskId(),
                task.jobId(),
                task.index(),
                task.planDigest(),
                task.name(),
                task.historyKey(),
                job.project(),
                job.priority(),
                job.admittedSequence(),
                Math.max(1, task.estimateMs()),
                task.estimateSource(),
                task.retries(),
                task.gating(),
                wallMs);
    }
}
