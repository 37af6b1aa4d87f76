package dev.millrace.scheduler;

/**
 * What an owner may have of a pool, and what it has had. Durable.
 *
 * @param weight share relative to the other owners that have work
 * @param maxSlots most slots at once; 0 for no limit
 * @param virtualTime slot time used so far, in milliseconds × {@value #SCALE} ÷ weight: who has least is next
 * @param turns placements so far, to give the oldest task its turn
 */
public record OwnerAccount(String owner, int weight, int maxSlots, long virtualTime, long turns) {
    static final int SCALE = 1_000;
    static final int MAX_WEIGHT = 1_000;

    static OwnerAccount fresh(String owner) {
        return new OwnerAccount(owner, 1, 0, 0, 0);
    }

    /** What slot time costs this owner now, in virtual time. */
    long cost(long slotMs) {
        return slotMs * SCALE / weight;
    }

    OwnerAccount charged(long cost) {
        return new OwnerAccount(owner, weight, maxSlots, virtualTime + cost, turns);
    }

    OwnerAccount tookATurn() {
        return new OwnerAccount(owner, weight, maxSlots, virtualTime, turns + 1);
    }

    /** Idle time earns nothing: who comes back starts level with those who worked. */
    OwnerAccount liftedTo(long floor) {
        return virtualTime >= floor ? this : new OwnerAccount(owner, weight, maxSlots, floor, turns);
    }

    OwnerAccount with(int newWeight, int newMaxSlots) {
        return new OwnerAccount(owner, newWeight, newMaxSlots, virtualTime, turns);
    }

    /** Whether nothing would be lost by forgetting it, once {@code floor} has passed it. */
    boolean isDefault() {
        return weight == 1 && maxSlots == 0;
    }
}
