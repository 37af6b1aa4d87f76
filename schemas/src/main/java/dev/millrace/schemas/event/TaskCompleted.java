package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The verdict on a task. Exactly one per task and run, on the public completions topic.
 *
 * @param run counts manual re-runs, from 0
 * @param attempts how many attempts were placed
 * @param decidedBy number of the deciding attempt, when one was placed; absent in records of earlier versions, whose last decided
 * @param epoch of the deciding attempt, when one was placed
 * @param flaky passed after failing
 * @param result of the deciding attempt, when its executor reported one
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
        @Nullable AttemptResult result)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
