package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A task runs again, in a new run with new budgets, because its verdict is not trusted or somebody asked for a retry. Its next verdict
 * replaces the earlier one.
 *
 * @param run number of the new run
 * @param executorId the executor whose verdict is not trusted; absent if the job was retried
 */
public record TaskReopened(
        String taskId, String jobId, String pool, long sequence, int run, @Nullable String executorId, String reason)
        implements Decision, OfJob {
    @Override
    public String key() {
        return taskId;
    }
}
