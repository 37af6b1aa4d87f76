package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a job was accepted.
 *
 * @param failFast number of failed gating tasks at which the job is cancelled; absent for never
 * @param taskBytes upper estimate of the dispatcher's memory for the job's tasks; absent in events of earlier versions
 * @param tasks number of tests
 * @param scopes number of scopes; absent for none
 */
public record JobStarted(
        String jobId,
        String pool,
        long sequence,
        Digest planDigest,
        int tasks,
        @Nullable Integer failFast,
        @Nullable Long taskBytes,
        @Nullable Integer scopes)
        implements Decision, OfJob {
    /** Creates the event of a job without scopes. */
    public JobStarted(
            String jobId,
            String pool,
            long sequence,
            Digest planDigest,
            int tasks,
            @Nullable Integer failFast,
            @Nullable Long taskBytes) {
        this(jobId, pool, sequence, planDigest, tasks, failFast, taskBytes, null);
    }

    @Override
    public String key() {
        return jobId;
    }
}
