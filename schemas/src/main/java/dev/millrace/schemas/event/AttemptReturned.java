package dev.millrace.schemas.event;

/**
 * An executor gives an attempt back unrun or unfinished and asks for a retry; no budget is charged.
 */
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
