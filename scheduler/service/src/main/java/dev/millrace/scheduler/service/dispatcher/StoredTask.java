package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Role;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A task in its stored form, which leaves out fields that its job also has and fields with their usual value. The form is small because
 * there may be 100,000 tasks, which another instance has to read before it can take over.
 *
 * @param gating absent means true
 * @param repeatable absent means true
 * @param readyAtMs absent if the task has been ready since it was queued
 * @param live its live attempts; absent while it waits
 * @param scope id of its scope; absent for none
 * @param role absent for a test
 */
record StoredTask(
        String id,
        String name,
        String key,
        long estimateMs,
        @Nullable Long upperMs,
        String source,
        int retries,
        @Nullable Boolean gating,
        @Nullable Boolean repeatable,
        @Nullable Needs needs,
        long queuedAtMs,
        @Nullable RetryRecord retryRecord,
        @Nullable Long readyAtMs,
        @Nullable List<LiveAttempt> live,
        @Nullable String scope,
        @Nullable Role role) {
    private static final long UNKNOWN_MS = 1_000;

    static StoredTask of(TaskState task) {
        TaskInfo info = task.info();
        boolean waitsSinceQueued =
                !(task instanceof TaskState.Waiting waiting) || waiting.readyAtMs() == info.queuedAtMs();
        return new StoredTask(
                info.taskId(),
                info.name(),
                info.historyKey(),
                info.estimateMs(),
                info.estimateUpperMs() == 0 ? null : info.estimateUpperMs(),
                info.estimateSource(),
                info.retries(),
                info.gating() ? null : false,
                info.repeatable() ? null : false,
                info.needs().isNothing() ? null : info.needs(),
                info.queuedAtMs(),
                task.retryRecord().equals(RetryRecord.NEW) ? null : task.retryRecord(),
                waitsSinceQueued ? null : ((TaskState.Waiting) task).readyAtMs(),
                task instanceof TaskState.Live running ? running.attempts() : null,
                info.scope(),
                info.role());
    }

    /**
     * Returns a replacement for a task whose entry cannot be read. Its id leads to the plan, which says what the task runs; all other
     * values are guesses.
     */
    static StoredTask unknown(String taskId) {
        return new StoredTask(
                taskId,
                taskId,
                "-/-/" + taskId,
                UNKNOWN_MS,
                null,
                "unknown",
                0,
                null,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                null);
    }

    /** @param shared returns the shared object for equal needs */
    TaskState restored(JobState.Planned job, UnaryOperator<Needs> shared, long tick) {
        var info = new TaskInfo(
                id,
                job.info().jobId(),
                Ids.indexOfTask(id),
                job.planDigest(),
                name,
                key,
                job.info().project(),
                job.info().owner(),
                job.info().priority(),
                job.info().admittedSequence(),
                estimateMs,
                upperMs == null ? 0 : upperMs,
                source,
                retries,
                gating == null || gating,
                repeatable == null || repeatable,
                needs == null ? Needs.NOTHING : shared.apply(needs),
                queuedAtMs,
                scope,
                role);
        RetryRecord used = retryRecord == null ? RetryRecord.NEW : retryRecord;
        return live == null
                ? new TaskState.Waiting(info, used, readyAtMs == null ? queuedAtMs : readyAtMs, tick)
                : new TaskState.Live(info, used, live);
    }
}
