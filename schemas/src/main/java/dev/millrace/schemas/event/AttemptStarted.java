package dev.millrace.schemas.event;

/**
 * The process of an attempt started.
 */
public record AttemptStarted(
        String taskId,
        String jobId,
        String pool,
        int attempt,
        Epoch epoch,
        String executorId,
        String incarnation,
        int slot,
        long startedAtMs)
        implements AttemptReport, OfJob {
    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
