package dev.millrace.schemas.event;

/**
 * The verdict on a task is not to be trusted, so the task runs again, as a new run with new budgets. Its verdict replaces the
 * earlier one.
 *
 * @param run the new one
 * @param executorId whose verdict it was
 */
public record TaskReopened(
        String taskId, String jobId, String pool, long sequence, int run, String executorId, String reason)
        implements Decision {
    @Override
    public String key() {
        return taskId;
    }
}
