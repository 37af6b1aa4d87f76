package dev.millrace.schemas.event;

import java.util.List;

/**
 * A task runs longer than its history suggests while slots are idle, so a second attempt starts on another executor. The attempt that
 * reaches a decision first decides the task.
 *
 * @param attempt number of the new attempt
 * @param slots number of slots that the second attempt holds on its executor
 * @param straggler number of the attempt that takes too long, on {@code stragglerExecutorId}
 * @param ranMs milliseconds since the straggler started
 * @param hedgeAfterMs run time in milliseconds from which an attempt of this task counts as a straggler
 * @param hedges number of slots that second attempts in the pool held before this one
 * @param hedgeLimit largest number of slots that second attempts in the pool may hold
 */
public record TaskHedged(
        String taskId,
        String jobId,
        String pool,
        long sequence,
        int attempt,
        Epoch epoch,
        String executorId,
        int slots,
        int straggler,
        String stragglerExecutorId,
        long ranMs,
        long hedgeAfterMs,
        int hedges,
        int hedgeLimit,
        List<Candidate> candidates)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
