package dev.millrace.scheduler;

/**
 * The clock that measures leases. It follows the ticks that were read, but one tick advances it by at most two intervals. After the
 * scheduler itself stalled, one tick covers several seconds at once, but the heartbeats of those seconds have not been read yet, so the
 * executors must not lose their leases. Not thread-safe.
 */
public final class TickClock {
    private static final int MAX_INTERVALS = 2;

    private final long intervalMs;
    private long lastAtMs;
    private long nowMs;

    public TickClock(long startMs, long intervalMs) {
        this.lastAtMs = startMs;
        this.nowMs = startMs;
        this.intervalMs = intervalMs;
    }

    /** Advances the clock to a tick written at {@code atMs}, and returns the new time, which is never less than the time before. */
    public long advance(long atMs) {
        long passed = Math.max(0, atMs - lastAtMs);
        lastAtMs = Math.max(lastAtMs, atMs);
        nowMs += Math.min(passed, MAX_INTERVALS * intervalMs);
        return nowMs;
    }
}
