package dev.millrace.schemas.event;

/** An executor must stop an attempt or must not start it, because the attempt can no longer decide its task. */
public record AttemptRevoked(String executorId, String taskId, int attempt, Epoch epoch, String reason)
        implements Command {
    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
