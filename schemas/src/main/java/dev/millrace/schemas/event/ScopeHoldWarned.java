package dev.millrace.schemas.event;

/**
 * A scope has held its domain for most of the longest time that it may. After that time no further task of the scope is placed, it is
 * torn down, and the rest of its tasks waits for another epoch.
 *
 * @param heldMs how long it has held the domain
 * @param maxHoldMs how long it may
 */
public record ScopeHoldWarned(
        String jobId,
        String pool,
        long sequence,
        String scope,
        String domain,
        int scopeEpoch,
        long heldMs,
        long maxHoldMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
