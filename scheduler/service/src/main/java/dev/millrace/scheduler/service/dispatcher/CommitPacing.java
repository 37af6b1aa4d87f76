package dev.millrace.scheduler.service.dispatcher;

/**
 * When decisions are worth a commit of their own. A commit is a transaction with markers on every topic it touched and costs
 * about as much as deciding dozens of inputs, yet nobody sees a decision before it. So while there is little to decide every
 * decision is committed at once, and under load only so many a second are, the rest with the regular commit: a token bucket.
 * For the thread of one dispatcher.
 */
final class CommitPacing {
    private static final int BURST = 8;

    private final long nanosPerToken;
    private long fullAtNanos;

    /** @param intervalMs between two regular commits, and on average between two of these */
    CommitPacing(int intervalMs, long nowNanos) {
        this.nanosPerToken = intervalMs * 1_000_000L;
        this.fullAtNanos = nowNanos;
    }

    /** Whether to commit now; takes a token if so. */
    boolean take(long nowNanos) {
        long full = fullAtNanos - nowNanos > 0 ? fullAtNanos : nowNanos;
        if (full - nowNanos > (BURST - 1) * nanosPerToken) {
            return false;
        }
        fullAtNanos = full + nanosPerToken;
        return true;
    }
}
