package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * No dispatch of this job is made from here on; what runs is killed and decides nothing.
 *
 * @param failedFast whether the job ends as failed rather than as cancelled, since its own failures ended it; absent for no
 */
public record JobCancelling(
        String jobId, String pool, long sequence, String by, String reason, @Nullable Boolean failedFast)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
