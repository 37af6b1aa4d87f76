package dev.millrace.schemas.event;

/**
 * The tear-down of a scope failed for good. No scope of its domain is opened until an operator releases the domain.
 *
 * @param reason why, for people
 * @param again whether the scope waits for its domain again, because it has tasks without a verdict
 * @param heldMs how long it held the domain in this epoch
 */
public record ScopeQuarantined(
        String jobId,
        String pool,
        long sequence,
        String scope,
        String domain,
        int scopeEpoch,
        String reason,
        boolean again,
        long heldMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
