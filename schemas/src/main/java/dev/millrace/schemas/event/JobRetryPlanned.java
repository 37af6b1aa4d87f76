package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The planner determined the tasks of a job that run again; they follow in the same transaction. If there are several such events for one
 * run, only the first one on the log counts.
 *
 * @param run number of the new run
 * @param tasks number of TaskQueued events that follow
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
        @Nullable Long taskBytes)
        implements PoolEvent, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
