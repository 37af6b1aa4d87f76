package dev.millrace.scheduler.service.dispatcher;

/**
 * Decides when decisions get a commit of their own, with a token bucket. A commit is a transaction that writes markers to every topic it
 * touched, and costs about as much as deciding dozens of inputs; yet nobody sees a decision before it is committed. Under light load, each
 * decision is therefore committed at once. Under heavy load, only a limited number of these extra commits happen in a second, and the other
 * decisions wait for the regular commit. Used only by the stream thread of one dispatcher.
 */
final class CommitPacing {
    private static final int BURST = 8;

    private final long nanosPerToken;
    private long fullAtNanos;

    /** @param intervalMs time between two regular commits, which is also the average time between two extra commits under load */
    CommitPacing(int intervalMs, long nowNanos) {
        this.nanosPerToken = intervalMs * 1_000_000L;
        this.fullAtNanos = nowNanos;
    }

    /** Returns whether to commit now, and takes a token if so. */
    boolean take(long nowNanos) {
        long full = fullAtNanos - nowNanos > 0 ? fullAtNanos : nowNanos;
        if (full - nowNanos > (BURST - 1) * nanosPerToken) {
            return false;
        }
        fullAtNanos = full + nanosPerToken;
        return true;
    }
}
