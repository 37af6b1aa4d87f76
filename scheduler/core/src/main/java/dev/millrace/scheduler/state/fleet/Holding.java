package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.AttemptKey;
import org.jspecify.annotations.Nullable;

/**
 * One attempt believed to be there.
 *
 * @param slots it takes
 * @param brief whether it is expected to end soon, so that what waits behind it does not wait for long
 * @param sinceTick when it was dispatched, or revoked, or first missing from the executor's list
 * @param slotTick since when it has its slots; null while it waits for those who were there before it
 * @param listed whether the executor has shown that it knows the attempt, and shows so still
 * @param seen whether it ever has
 * @param revoked whether the executor was told to end it
 */
public record Holding(
        AttemptKey key,
        int slots,
        boolean brief,
        long sinceTick,
        @Nullable Long slotTick,
        boolean listed,
        boolean seen,
        boolean revoked) {
    public Holding confirmed() {
        return listed ? this : new Holding(key, slots, brief, sinceTick, slotTick, true, true, revoked);
    }

    Holding missing(long tick) {
        return listed ? new Holding(key, slots, brief, tick, slotTick, false, true, revoked) : this;
    }

    Holding withSlots(long tick) {
        return new Holding(key, slots, brief, sinceTick, tick, listed, seen, revoked);
    }

    Holding asRevoked(long tick) {
        return new Holding(key, slots, brief, listed ? sinceTick : tick, slotTick, listed, seen, true);
    }

    /** Whether it has its slots, was expected to give them back soon, and did not. */
    public boolean isOverdue(long tick) {
        return brief && slotTick != null && tick - slotTick > Overruns.OVERDUE_MS;
    }

    /** For how long it has held its slots, as far as anything shows that it was there. */
    public long heldMs(long tick) {
        if (slotTick == null || !seen) {
            return 0;
        }
        return Math.max(0, (listed ? tick : sinceTick) - slotTick);
    }
}
