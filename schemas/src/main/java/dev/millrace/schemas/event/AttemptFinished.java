package dev.millrace.schemas.event;

/** An attempt ended: the completion report of its executor. All objects that it refers to are already stored. */
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
