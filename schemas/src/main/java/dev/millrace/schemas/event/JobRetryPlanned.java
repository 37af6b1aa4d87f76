package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The planner determined the tasks of a job that run again; they follow in the same transaction. If there are several such events for one
 * run, only the first one on the log counts.
 *
 * @param run number of the new run
 * @param tasks number of tests that run again
 * @param scopes number of their scopes; absent for none. The events follow as those of {@link JobPlanned} do
 * @param taskBytes upper estimate of the dispatcher's memory for these tasks; absent in events of earlier versions
 */
public record JobRetryPlanned(
        String jobId,
        String pool,
        String by,
        int run,
        boolean failedOnly,
        Digest planDigest,
        int tasks,
        @Nullable Long taskBytes,
        @Nullable Integer scopes)
        implements PoolEvent, OfJob {
    /** Creates the event of a job without scopes. */
    public JobRetryPlanned(
            String jobId,
            String pool,
            String by,
            int run,
            boolean failedOnly,
            Digest planDigest,
            int tasks,
            @Nullable Long taskBytes) {
        this(jobId, pool, by, run, failedOnly, planDigest, tasks, taskBytes, null);
    }

    @Override
    public String key() {
        return jobId;
    }
}
