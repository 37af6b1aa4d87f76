package dev.millrace.schemas.event;

/**
 * No further task of a scope is placed in this epoch. What runs may end; then the scope is torn down.
 *
 * @param reason why, for people
 */
public record ScopeDraining(
        String jobId, String pool, long sequence, String scope, String domain, int scopeEpoch, String reason)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
