package dev.millrace.scheduler;

/**
 * The clock that leases are measured with. It follows the ticks that were read, but one tick takes it at most two intervals
 * further: after a stall of the scheduler itself a single tick speaks of seconds in which nobody was listened to, and the
 * heartbeats of those seconds are still to be read. Not thread-safe.
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

    /** The time after a tick written at {@code atMs}; never less than before. */
    public long advance(long atMs) {
        long passed = Math.max(0, atMs - lastAtMs);
        lastAtMs = Math.max(lastAtMs, atMs);
        nowMs += Math.min(passed, MAX_INTERVALS * intervalMs);
        return nowMs;
    }
}
