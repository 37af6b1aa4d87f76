package dev.millrace.scheduler.model;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.history.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a task that never change.
 *
 * @param scope id of the scope that it belongs to; null for none
 * @param role what it does for its scope; null for a test
 */
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
        long queuedAtMs,
        @Nullable String scope,
        @Nullable Role role) {
    private static final long BRIEF_MS = 300;

    /**
     * Creates the facts of a task. The values that all tasks of a job share are taken from the job, to save memory: a job may have a
     * million tasks.
     *
     * @param scope id of its scope as the scope itself has it, so that all its tasks share the text
     */
    public static TaskInfo of(
            TaskQueued task, JobInfo job, Digest planDigest, Needs needs, @Nullable String scope, long wallMs) {
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
                wallMs,
                scope,
                task.role());
    }

    /** Returns whether it is a test, and not the set-up or tear-down of a scope. */
    public boolean isTest() {
        return role == null;
    }

    /** Returns the key of its scope, or null if it belongs to none. */
    public @Nullable String scopeKey() {
        return scope == null ? null : ScopeState.key(jobId, scope);
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
