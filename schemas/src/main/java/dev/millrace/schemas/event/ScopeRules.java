package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * How a scope may be opened and closed. The event of its set-up carries the rules.
 *
 * @param domain name of what the scope needs for itself alone; at most one scope of a domain is open at a time in a pool
 * @param maxParallel largest number of its tasks that run at the same time; absent for no limit
 * @param maxHoldMs longest time for which one epoch of the scope holds the domain before it is drained
 * @param goOnAfterFailedTeardown whether the next scope of the domain may be opened although the tear-down failed; otherwise the domain is
 *     quarantined
 * @param epochs number of its epochs in the earlier runs of its job; absent for none. Its next epoch has the next number, so that no two
 *     epochs of a scope have the same
 */
public record ScopeRules(
        String domain,
        @Nullable Integer maxParallel,
        long maxHoldMs,
        boolean goOnAfterFailedTeardown,
        @Nullable Integer epochs) {
    /** Returns the same rules of a scope that had so many epochs in the earlier runs of its job. */
    public ScopeRules after(int earlier) {
        return new ScopeRules(domain, maxParallel, maxHoldMs, goOnAfterFailedTeardown, earlier == 0 ? null : earlier);
    }
}
