package dev.millrace.scheduler.model;

import org.jspecify.annotations.Nullable;

/**
 * An owner's account in a pool: its weight and limit, and the slot time it has used. Durable.
 *
 * @param weight share relative to the other owners that have work
 * @param maxSlots most slots at once; 0 for no limit
 * @param virtualTime slot time used so far, in milliseconds × {@value #SCALE} ÷ weight: who has least is next
 * @param turns placements so far, to give the oldest task its turn
 * @param pausedAt reading of the pool's virtual clock when the owner stopped competing for slots; null while it competes
 */
public record OwnerAccount(
        String owner, int weight, int maxSlots, long virtualTime, long turns, @Nullable Long pausedAt) {
    public static final int SCALE = 1_000;
    public static final int MAX_WEIGHT = 1_000;

    public static OwnerAccount fresh(String owner) {
        return new OwnerAccount(owner, 1, 0, 0, 0, null);
    }

    /** The price of slot time for this owner now, in virtual time. */
    public long cost(long slotMs) {
        return slotMs * SCALE / weight;
    }

    /** The slot time that a cost stands for now. */
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

    /** The owner wants no slot now, may have none, or none that is free would do for it. */
    public OwnerAccount paused(long clock) {
        return isPaused() ? this : at(virtualTime, clock);
    }

    /**
     * The owner is served or competes again. It is as far behind the others as it was when it stopped, so it keeps what it was
     * due then and is owed nothing more than {@code credit} for the time since. Whoever was ahead waits only as long as it
     * still is.
     */
    public OwnerAccount resumed(long clock, long credit) {
        long passed = pausedAt == null ? 0 : clock - pausedAt;
        return at(Math.max(virtualTime, Math.min(clock - credit, virtualTime + passed)), null);
    }

    /** The owner has work after it had none: idle time earns nothing. */
    public OwnerAccount joined(long clock) {
        return at(Math.max(virtualTime, clock), null);
    }

    public OwnerAccount with(int newWeight, int newMaxSlots) {
        return new OwnerAccount(owner, newWeight, newMaxSlots, virtualTime, turns, pausedAt);
    }

    private OwnerAccount at(long newVirtualTime, @Nullable Long newPausedAt) {
        return new OwnerAccount(owner, weight, maxSlots, newVirtualTime, turns, newPausedAt);
    }

    /** Whether nothing would be lost by forgetting it, once the pool's virtual clock has passed it. */
    public boolean isDefault() {
        return weight == 1 && maxSlots == 0;
    }
}
