package dev.millrace.schemas.event;

/**
 * An executor must stop an attempt, or never start it; its result would decide nothing.
 */
public record AttemptRevoked(String executorId, String taskId, int attempt, Epoch epoch, String reason)
        implements Command {
    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
