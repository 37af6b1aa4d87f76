package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A task runs again, as a new run with new budgets, since its verdict is not to be trusted or somebody asked for it. Its next
 * verdict replaces the earlier one.
 *
 * @param run the new one
 * @param executorId whose verdict is not trusted; absent if the job was retried
 */
public record TaskReopened(
        String taskId, String jobId, String pool, long sequence, int run, @Nullable String executorId, String reason)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
