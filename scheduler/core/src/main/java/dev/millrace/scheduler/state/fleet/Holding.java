package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.AttemptKey;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that an executor presumably holds.
 *
 * @param slots how many slots it takes
 * @param brief whether it is expected to be short, so that an attempt that waits behind it does not wait for long
 * @param sinceTick when it was dispatched, or revoked, or first missing from the executor's list
 * @param slotTick the time since which it has its slots; null while it waits for attempts that came before it
 * @param listed whether the executor has reported or listed the attempt, and has not left it out of a list since
 * @param seen whether the executor has ever reported or listed the attempt
 * @param revoked whether the executor was told to stop the attempt
 * @param startedAtMs when it started, by the executor's clock; null if no start was reported
 */
public record Holding(
        AttemptKey key,
        int slots,
        boolean brief,
        long sinceTick,
        @Nullable Long slotTick,
        boolean listed,
        boolean seen,
        boolean revoked,
        @Nullable Long startedAtMs) {
    public Holding confirmed() {
        return listed ? this : new Holding(key, slots, brief, sinceTick, slotTick, true, true, revoked, startedAtMs);
    }

    Holding started(long atMs) {
        return new Holding(key, slots, brief, sinceTick, slotTick, true, true, revoked, atMs);
    }

    /** Returns whether a list that the executor sent at {@code sentAtMs} is older than the start of the attempt. */
    boolean isAfter(@Nullable Long sentAtMs) {
        return startedAtMs != null && sentAtMs != null && sentAtMs < startedAtMs;
    }

    Holding missing(long tick) {
        return listed ? new Holding(key, slots, brief, tick, slotTick, false, true, revoked, startedAtMs) : this;
    }

    Holding withSlots(long tick) {
        return new Holding(key, slots, brief, sinceTick, tick, listed, seen, revoked, startedAtMs);
    }

    Holding asRevoked(long tick) {
        return new Holding(key, slots, brief, listed ? sinceTick : tick, slotTick, listed, seen, true, startedAtMs);
    }

    /** Returns whether it has had its slots for longer than was expected of a brief attempt. */
    public boolean isOverdue(long tick) {
        return brief && slotTick != null && tick - slotTick > Overruns.OVERDUE_MS;
    }

    /** Returns how long it has held its slots, up to the last time at which the executor showed that it held the attempt. */
    public long heldMs(long tick) {
        if (slotTick == null || !seen) {
            return 0;
        }
        return Math.max(0, (listed ? tick : sinceTick) - slotTick);
    }
}
