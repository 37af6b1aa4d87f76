package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A finished job runs again. Verdicts of the tasks that run again are replaced one by one.
 *
 * @param run number of the new run; the next JobCompleted of the job has this number, or a higher one if tasks are reopened in the meantime
 * @param tasks number of tests that run again
 * @param scopes number of their scopes; absent for none
 * @param taskBytes upper estimate of the dispatcher's memory for these tasks; absent in events of earlier versions
 */
public record JobRetryStarted(
        String jobId,
        String pool,
        long sequence,
        String by,
        int run,
        boolean failedOnly,
        int tasks,
        JobCounts counts,
        @Nullable Long taskBytes,
        @Nullable Integer scopes)
        implements Decision, OfJob {
    /** Creates the event of a job without scopes. */
    public JobRetryStarted(
            String jobId,
            String pool,
            long sequence,
            String by,
            int run,
            boolean failedOnly,
            int tasks,
            JobCounts counts,
            @Nullable Long taskBytes) {
        this(jobId, pool, sequence, by, run, failedOnly, tasks, counts, taskBytes, null);
    }

    @Override
    public String key() {
        return jobId;
    }
}
