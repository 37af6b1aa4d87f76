package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The planner cut a job into tasks, which follow in the same transaction. If there are several plans for one job, only the first one on the
 * log counts.
 *
 * @param planDigest digest of the blob with the plan
 * @param tasks number of tests of the job
 * @param failFast number of failed gating tasks at which the job is cancelled; absent for never
 * @param scopes number of scopes of the job; absent for none. One TaskQueued event follows for each test, in their order, and then two for
 *     each scope: its set-up and its tear-down
 * @param taskBytes upper estimate of the dispatcher's memory for the job's tasks; absent in events of earlier versions
 */
public record JobPlanned(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        Digest specDigest,
        Digest planDigest,
        int tasks,
        long submittedAtMs,
        @Nullable Integer failFast,
        @Nullable Long taskBytes,
        @Nullable Integer scopes)
        implements PoolEvent, OfJob {
    /** Creates the event of a job without scopes. */
    public JobPlanned(
            String jobId,
            String pool,
            String owner,
            String name,
            String project,
            Priority priority,
            Digest specDigest,
            Digest planDigest,
            int tasks,
            long submittedAtMs,
            @Nullable Integer failFast,
            @Nullable Long taskBytes) {
        this(
                jobId,
                pool,
                owner,
                name,
                project,
                priority,
                specDigest,
                planDigest,
                tasks,
                submittedAtMs,
                failFast,
                taskBytes,
                null);
    }

    @Override
    public String key() {
        return jobId;
    }
}
