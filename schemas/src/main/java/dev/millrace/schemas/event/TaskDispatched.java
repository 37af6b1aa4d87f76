package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * An order to one executor to run one attempt. Only the named incarnation may follow it.
 *
 * @param planDigest blob with the plan that holds the command
 * @param retryOf results of the test cases of an earlier attempt, so that only what failed in it need run again; absent for all
 */
public record TaskDispatched(
        String taskId,
        String jobId,
        String pool,
        int index,
        Digest planDigest,
        int attempt,
        Epoch epoch,
        String executorId,
        String incarnation,
        Priority priority,
        @Nullable Digest retryOf)
        implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }

    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
