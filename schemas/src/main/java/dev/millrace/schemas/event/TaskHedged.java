package dev.millrace.schemas.event;

import java.util.List;

/**
 * A task runs longer than its history allows for while slots are idle, so it is started a second time elsewhere; whichever
 * attempt decides first decides the task.
 *
 * @param attempt the second one
 * @param slots it holds of its executor
 * @param straggler number of the attempt that takes so long, on {@code stragglerExecutorId}
 * @param ranMs since the straggler started
 * @param hedgeAfterMs from when on it counts as a straggler: what the task exceeds only when something is wrong
 * @param hedges slots held by second attempts in the pool before this one
 * @param hedgeLimit up to which second attempts may hold slots
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
