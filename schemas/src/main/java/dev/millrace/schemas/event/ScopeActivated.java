package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The set-up of a scope succeeded, and its tasks may be placed.
 *
 * @param context digest of the tree that the set-up left for the tasks and the tear-down; absent if it left none
 */
public record ScopeActivated(
        String jobId, String pool, long sequence, String scope, String domain, int scopeEpoch, @Nullable Digest context)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
