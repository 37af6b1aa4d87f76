package dev.millrace.schemas.event;

/**
 * An attempt came to an end; every object it refers to is stored. The completion report of the executor.
 */
public record AttemptFinished(
        String taskId,
        String jobId,
        String pool,
        int attempt,
        Epoch epoch,
        String executorId,
        String incarnation,
        AttemptResult result)
        implements AttemptReport, OfJob {
    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
