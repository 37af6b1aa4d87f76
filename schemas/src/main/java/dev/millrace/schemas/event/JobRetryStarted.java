package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A finished job runs again. Verdicts of the tasks that run again are replaced one by one.
 *
 * @param run the new one; the job's next end carries it, or a higher one if verdicts are taken back meanwhile
 * @param tasks how many run again
 * @param taskBytes what its tasks take in the memory of whoever dispatches them, an estimate from above; absent in what earlier versions wrote
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
        @Nullable Long taskBytes)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
