package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * An order to one executor to run one attempt. Only the named incarnation of the executor may carry out the order.
 *
 * @param planDigest digest of the blob with the plan, which contains the command
 * @param retryOf digest of the test case results of an earlier attempt, so that only the failures of that attempt need to run again; absent
 *     if everything must run
 * @param scope the epoch of the scope that the attempt belongs to; absent for none
 * @param owner owner of the job, so that owners take turns when attempts wait for something on the executor; absent in events of earlier
 *     versions
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
        @Nullable String owner,
        @Nullable ScopeRef scope)
        implements PoolEvent, Command, OfJob {
    /** Creates the order for a task without a scope. */
    public TaskDispatched(
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
            @Nullable String owner) {
        this(
                taskId,
                jobId,
                pool,
                index,
                planDigest,
                attempt,
                epoch,
                executorId,
                incarnation,
                priority,
                retryOf,
                owner,
                null);
    }

    /** Returns the key by which waiting attempts take turns: the owner, or the job if the owner is unknown. */
    public String turn() {
        return owner == null ? jobId : owner;
    }

    @Override
    public AttemptKey attemptKey() {
        return new AttemptKey(taskId, attempt, epoch);
    }
}
