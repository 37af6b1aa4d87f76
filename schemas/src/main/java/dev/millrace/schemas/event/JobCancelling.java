package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * From now on no task of this job is dispatched. Running attempts are killed, and their results decide nothing.
 *
 * @param failedFast whether the job is cancelled because of its own failures, and therefore ends as failed and not as cancelled; absent for
 *     no
 */
public record JobCancelling(
        String jobId, String pool, long sequence, String by, String reason, @Nullable Boolean failedFast)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
