package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptKey;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An executor as the scheduler sees it: what it may hold and what it is believed to hold. An attempt counts as held from
 * its dispatch until the executor reported its end or stopped listing it, whether or not it can still decide anything.
 * Changed by {@link PoolState#apply} only.
 */
final class ExecutorState {
    /**
     * One attempt believed to be there.
     *
     * @param sinceTick when it was dispatched, or first missing from the executor's list
     * @param listed whether the executor has shown that it knows the attempt, and shows so still
     */
    record Holding(AttemptKey key, long sinceTick, boolean listed) {}

    private Registration registration;
    private long lastHeardTick;
    private final Map<AttemptKey, Holding> holdings = new LinkedHashMap<>();

    ExecutorState(Registration registration, long tick) {
        this.registration = registration;
        this.lastHeardTick = tick;
    }

    Registration registration() {
        return registration;
    }

    String id() {
        return registration.executorId();
    }

    long lastHeardTick() {
        return lastHeardTick;
    }

    boolean acceptsWork() {
        return !registration.draining();
    }

    int freeSlots() {
        return registration.slots() - holdings.size();
    }

    Collection<Holding> holdings() {
        return holdings.values();
    }

    boolean holds(AttemptKey key) {
        return holdings.containsKey(key);
    }

    void heard(long tick) {
        lastHeardTick = tick;
    }

    void drain() {
        registration =
                new Registration(registration.executorId(), registration.incarnation(), registration.slots(), true);
    }

    void take(AttemptKey key, long tick) {
        holdings.put(key, new Holding(key, tick, false));
    }

    void release(AttemptKey key) {
        holdings.remove(key);
    }

    /** An attempt that was revoked is still held while the executor lists it; if it does not, it never will. */
    void revoke(AttemptKey key) {
        Holding holding = holdings.get(key);
        if (holding != null && !holding.listed()) {
            holdings.remove(key);
        }
    }

    void confirm(AttemptKey key) {
        Holding holding = holdings.get(key);
        if (holding != null && !holding.listed()) {
            holdings.put(key, new Holding(key, holding.sinceTick(), true));
        }
    }

    /** Compares with the executor's own list: what it no longer lists is missing from {@code tick} on. */
    void reconcile(Collection<AttemptKey> listed, long tick) {
        var known = java.util.Set.copyOf(listed);
        holdings.replaceAll((key, holding) -> {
            if (known.contains(key)) {
                return holding.listed() ? holding : new Holding(key, holding.sinceTick(), true);
            }
            return holding.listed() ? new Holding(key, tick, false) : holding;
        });
    }

    /** A holding the executor has not listed for longer than {@code leaseMs}. */
    @Nullable
    Holding missingLongerThan(long leaseMs, long tick) {
        for (Holding holding : holdings.values()) {
            if (!holding.listed() && tick - holding.sinceTick() > leaseMs) {
                return holding;
            }
        }
        return null;
    }
}
