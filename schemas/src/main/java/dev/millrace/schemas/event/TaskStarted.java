package dev.millrace.schemas.event;

/** The process of a live attempt of a task started. */
public record TaskStarted(
        String taskId,
        String jobId,
        String pool,
        long sequence,
        int attempt,
        Epoch epoch,
        String executorId,
        int slot,
        long startedAtMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
