package dev.millrace.scheduler.model;

import org.jspecify.annotations.Nullable;

/**
 * An owner's account in a pool: its weight and limit, and the slot time it has used. Durable.
 *
 * @param weight share relative to the other owners that have work
 * @param maxSlots the largest number of slots that the owner may hold at once; 0 for no limit
 * @param virtualTime slot time used so far, in milliseconds × {@value #SCALE} ÷ weight; the owner with the least is next
 * @param turns the number of placements so far; every few placements the oldest task has its turn
 * @param pausedAt reading of the pool's virtual clock when the owner stopped competing for slots; null while it competes
 */
public record OwnerAccount(
        String owner, int weight, int maxSlots, long virtualTime, long turns, @Nullable Long pausedAt) {
    public static final int SCALE = 1_000;
    public static final int MAX_WEIGHT = 1_000;

    public static OwnerAccount fresh(String owner) {
        return new OwnerAccount(owner, 1, 0, 0, 0, null);
    }

    /** Returns the cost of slot time for this owner at its present weight, in virtual time. */
    public long cost(long slotMs) {
        return slotMs * SCALE / weight;
    }

    /** Returns the slot time that has this cost at the present weight. */
    public long slotMs(long cost) {
        return cost * weight / SCALE;
    }

    public OwnerAccount charged(long cost) {
        return at(virtualTime + cost, pausedAt);
    }

    public OwnerAccount tookATurn() {
        return new OwnerAccount(owner, weight, maxSlots, virtualTime, turns + 1, pausedAt);
    }

    public boolean isPaused() {
        return pausedAt != null;
    }

    /** Pauses the owner, because it wants no slot, its quota allows none, or none of its tasks can use a free slot. */
    public OwnerAccount paused(long clock) {
        return isPaused() ? this : at(virtualTime, clock);
    }

    /**
     * Ends the pause, because the owner is served or competes again. An owner that was behind the pool's virtual clock is as far behind it
     * now as when it was paused, or up to {@code credit} behind if that is more. The pause gives it no other advantage. An owner that was
     * ahead of the clock waits only for as long as it is still ahead.
     */
    public OwnerAccount resumed(long clock, long credit) {
        long passed = pausedAt == null ? 0 : clock - pausedAt;
        return at(Math.max(virtualTime, Math.min(clock - credit, virtualTime + passed)), null);
    }

    /** Moves an owner that has work again, after it had none, up to the virtual clock: idle time earns no credit. */
    public OwnerAccount joined(long clock) {
        return at(Math.max(virtualTime, clock), null);
    }

    public OwnerAccount with(int newWeight, int newMaxSlots) {
        return new OwnerAccount(owner, newWeight, newMaxSlots, virtualTime, turns, pausedAt);
    }

    private OwnerAccount at(long newVirtualTime, @Nullable Long newPausedAt) {
        return new OwnerAccount(owner, weight, maxSlots, newVirtualTime, turns, newPausedAt);
    }

    /**
     * Returns whether the account has default settings. Then it can be forgotten without loss once the pool's virtual clock has reached its
     * virtual time.
     */
    public boolean isDefault() {
        return weight == 1 && maxSlots == 0;
    }
}
