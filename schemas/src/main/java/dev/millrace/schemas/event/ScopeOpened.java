package dev.millrace.schemas.event;

/**
 * A scope holds its domain from now on, and its set-up may be placed. Until the scope is closed or quarantined, no other scope of the
 * domain is opened.
 *
 * @param scopeEpoch number of the epoch of the scope, counted from 1; each set-up belongs to one epoch, and so does each tear-down
 * @param heldMs how long scopes of the same owner have held the domain so far; the owner with the least is next
 */
public record ScopeOpened(
        String jobId,
        String pool,
        long sequence,
        String scope,
        String domain,
        int scopeEpoch,
        String owner,
        long heldMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
