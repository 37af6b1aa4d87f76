package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * An order to one executor to run one attempt. Only the named incarnation may follow it.
 *
 * @param planDigest blob with the plan that holds the command
 * @param retryOf results of the test cases of an earlier attempt, so that only what failed in it need run again; absent for all
 * @param owner of the job, so that owners take turns where attempts wait for something; absent in what earlier versions wrote
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
        @Nullable Digest retryOf,
        @Nullable String owner)
        implements PoolEvent, Command, OfJob {
    /** In whose turn this attempt waits. */
    public String turn() {
        return owner == null ? jobId : owner;
    }

    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
