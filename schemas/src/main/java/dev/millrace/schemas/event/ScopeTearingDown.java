package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Every attempt of this epoch of a scope has ended, and its tear-down may be placed.
 *
 * @param context digest of the tree that the set-up left; absent if it left none
 */
public record ScopeTearingDown(
        String jobId, String pool, long sequence, String scope, String domain, int scopeEpoch, @Nullable Digest context)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
