package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptStarted;
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
     * @param slots it takes
     * @param brief whether it is expected to end soon, so that what waits behind it does not wait for long
     * @param sinceTick when it was dispatched, or first missing from the executor's list
     * @param listed whether the executor has shown that it knows the attempt, and shows so still
     * @param seen whether it ever has
     */
    record Holding(AttemptKey key, int slots, boolean brief, long sinceTick, boolean listed, boolean seen) {
        Holding confirmed() {
            return listed ? this : new Holding(key, slots, brief, sinceTick, true, true);
        }

        Holding missing(long tick) {
            return listed ? new Holding(key, slots, brief, tick, false, true) : this;
        }
    }

    private Registration registration;
    private long lastHeardTick;
    private final Map<AttemptKey, Holding> holdings = new LinkedHashMap<>();
    private Shape shape;
    private int slotsHeld;
    private int big;
    private int brief;
    private boolean marked;
    private boolean held;

    ExecutorState(Registration registration, long tick) {
        this.registration = registration;
        this.shape = Shape.of(registration);
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
        return !registration.draining() && !marked && !held;
    }

    /** An operator or the scheduler gives it no more work, or some again. */
    void mark(boolean noWork) {
        marked = noWork;
    }

    /** It gets no work until its failures are explained. */
    void hold(boolean noWork) {
        held = noWork;
    }

    boolean isHeld() {
        return held;
    }

    int freeSlots() {
        return registration.slots() - slotsHeld;
    }

    /** Whether a slot is expected to be free soon: one is held by a brief attempt, and none holds several. */
    boolean isSoonFree() {
        return big == 0 && brief > 0;
    }

    Shape shape() {
        return shape;
    }

    Collection<Holding> holdings() {
        return holdings.values();
    }

    void heard(long tick) {
        lastHeardTick = tick;
    }

    void drain(String reason) {
        registration = registration.draining(reason);
    }

    void resume() {
        registration = registration.draining(null);
    }

    void take(AttemptKey key, int slots, boolean isBrief, long tick) {
        release(key);
        holdings.put(key, new Holding(key, slots, isBrief, tick, false, false));
        brief += isBrief ? 1 : 0;
        slotsHeld += slots;
        big += slots > 1 ? 1 : 0;
    }

    private void release(AttemptKey key) {
        Holding released = holdings.remove(key);
        if (released != null) {
            slotsHeld -= released.slots();
            brief -= released.brief() ? 1 : 0;
            big -= released.slots() > 1 ? 1 : 0;
        }
    }

    /** A start shows that the attempt is there, any other report that it is there no more. */
    void reported(AttemptReport report) {
        if (report instanceof AttemptStarted) {
            holdings.computeIfPresent(report.attemptKey(), (known, holding) -> holding.confirmed());
        } else {
            release(report.attemptKey());
        }
    }

    /** An attempt that was revoked is still held while the executor lists it; if it does not, it never will. */
    void revoke(AttemptKey key) {
        Holding holding = holdings.get(key);
        if (holding != null && !holding.listed()) {
            release(key);
        }
    }

    /** Compares with the executor's own list: what it no longer lists is missing from {@code tick} on. */
    void reconcile(Collection<AttemptKey> listed, long tick) {
        var known = java.util.Set.copyOf(listed);
        holdings.replaceAll((key, holding) -> known.contains(key) ? holding.confirmed() : holding.missing(tick));
    }

    /** A holding no longer listed for longer than a lease, or never listed for longer than a dispatch may take. */
    @Nullable
    Holding missing(CoreConfig config, long tick) {
        for (Holding holding : holdings.values()) {
            long limitMs = holding.seen() ? config.leaseMs() : config.dispatchTimeoutMs();
            if (!holding.listed() && tick - holding.sinceTick() > limitMs) {
                return holding;
            }
        }
        return null;
    }
}
