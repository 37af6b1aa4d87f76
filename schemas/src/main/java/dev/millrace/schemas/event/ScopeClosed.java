package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * A scope no longer holds its domain, so that another scope of the domain may be opened; or it is not opened again, since nothing needs it.
 *
 * @param reason why, for people
 * @param again whether the scope is opened again, because it has tasks without a verdict
 * @param isolationWaived whether its tear-down failed and the job asked to go on nevertheless; absent for no
 * @param heldMs how long it held the domain in this epoch; absent if it was not opened again since the epoch before
 */
public record ScopeClosed(
        String jobId,
        String pool,
        long sequence,
        String scope,
        String domain,
        int scopeEpoch,
        String reason,
        boolean again,
        @Nullable Boolean isolationWaived,
        @Nullable Long heldMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
