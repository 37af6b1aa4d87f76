package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The verdict on a task. There is exactly one for each run of a task, on the public completions topic.
 *
 * @param run number of the task's run, from 0; a new run starts when the job is retried or the verdict is not trusted
 * @param attempts number of attempts that were placed
 * @param decidedBy number of the attempt that decided; absent if no attempt was placed, and in events of earlier versions, where the last
 *     attempt decided
 * @param epoch epoch of the attempt that decided; absent if no attempt was placed
 * @param flaky whether the task passed after failing
 * @param result result of the attempt that decided; absent if its executor reported none
 * @param scope id of the scope that the task belongs to; absent for none
 * @param role what the task does for its scope; absent for a test. The counts of a job leave set-ups and tear-downs out
 */
public record TaskCompleted(
        String taskId,
        String jobId,
        String pool,
        long sequence,
        int index,
        String name,
        String project,
        String historyKey,
        int run,
        Verdict verdict,
        Outcome outcome,
        int attempts,
        @Nullable Integer decidedBy,
        @Nullable Epoch epoch,
        @Nullable String executorId,
        boolean flaky,
        boolean gating,
        String reason,
        long queuedAtMs,
        long finishedAtMs,
        @Nullable AttemptResult result,
        @Nullable String scope,
        @Nullable Role role)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
