package dev.millrace.schemas.event;

/** An executor gives back an attempt that it has not started or not finished, and asks for a retry. No budget is charged. */
public record AttemptReturned(
        String taskId,
        String jobId,
        String pool,
        int attempt,
        Epoch epoch,
        String executorId,
        String incarnation,
        String reason)
        implements AttemptReport, OfJob {
    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
