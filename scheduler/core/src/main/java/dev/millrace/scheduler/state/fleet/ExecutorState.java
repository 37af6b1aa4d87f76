package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.Shape;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptStarted;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An executor as the scheduler sees it: what it may hold and what it is believed to hold. An attempt counts as held from
 * its dispatch until the executor reported its end or stopped listing it, whether or not it can still decide anything.
 * Changed by {@link PoolState#apply} only.
 */
public final class ExecutorState implements ExecutorView {
    private Registration registration;
    private long lastHeardTick;
    private final Map<AttemptKey, Holding> holdings = new LinkedHashMap<>();

    /** Those that were sent ahead and wait for slots, in the order in which they will have them. */
    private final Set<AttemptKey> waiting = new LinkedHashSet<>();

    /** Counts those of them that can be called back: this dispatcher sent them and knows that they have not started. */
    private final Set<AttemptKey> recallable = new LinkedHashSet<>();

    /** Slots in use, by attempts that are not waiting. */
    private int slotsInUse;

    private Shape shape;
    private int slotsHeld;
    private int big;
    private int brief;
    private boolean marked;
    private boolean held;
    private boolean overrun;

    public ExecutorState(Registration registration, long tick) {
        this.registration = registration;
        this.shape = Shape.of(registration);
        this.lastHeardTick = tick;
    }

    @Override
    public Registration registration() {
        return registration;
    }

    @Override
    public String id() {
        return registration.executorId();
    }

    @Override
    public long lastHeardTick() {
        return lastHeardTick;
    }

    @Override
    public boolean acceptsWork() {
        return !registration.draining() && !marked && !held;
    }

    /** An operator or the scheduler gives it no more work, or some again. */
    public void mark(boolean noWork) {
        marked = noWork;
    }

    /** It gets no work until its failures are explained. */
    public void hold(boolean noWork) {
        held = noWork;
    }

    public boolean isHeld() {
        return held;
    }

    @Override
    public int freeSlots() {
        return registration.slots() - slotsHeld;
    }

    /** Whether a slot is expected to be free soon: one is held by a brief attempt, and none holds several. */
    boolean isSoonFree() {
        return big == 0 && brief > 0 && !overrun;
    }

    /** Its brief attempts do not end, or did not of late. */
    void overrun(boolean isSo) {
        overrun = isSo;
    }

    boolean isOverrun() {
        return overrun;
    }

    @Override
    @Nullable
    public Holding toRecall(long tick) {
        if (recallable.isEmpty()) {
            return null;
        }
        Holding first = holdings.get(recallable.iterator().next());
        return first != null && (overrun || tick - first.sinceTick() > Overruns.OVERDUE_MS) ? first : null;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public Collection<Holding> holdings() {
        return Collections.unmodifiableCollection(holdings.values());
    }

    public void heard(long tick) {
        lastHeardTick = tick;
    }

    public void drain(String reason) {
        registration = registration.draining(reason);
    }

    public void resume() {
        registration = registration.draining(null);
    }

    @Nullable
    public Holding holding(AttemptKey key) {
        return holdings.get(key);
    }

    public void take(AttemptKey key, int slots, boolean isBrief, long tick) {
        release(key, tick);
        holdings.put(key, new Holding(key, slots, isBrief, tick, null, false, false, false));
        waiting.add(key);
        recallable.add(key);
        brief += isBrief ? 1 : 0;
        slotsHeld += slots;
        big += slots > 1 ? 1 : 0;
        letNextIn(tick);
    }

    /** The same for what an earlier dispatcher sent; nobody knows whether it has started. */
    public void resume(AttemptKey key, int slots, boolean isBrief, long tick) {
        take(key, slots, isBrief, tick);
        recallable.remove(key);
    }

    private void release(AttemptKey key, long tick) {
        Holding released = holdings.remove(key);
        if (released != null) {
            slotsHeld -= released.slots();
            brief -= released.brief() ? 1 : 0;
            big -= released.slots() > 1 ? 1 : 0;
            recallable.remove(key);
            if (!waiting.remove(key)) {
                slotsInUse -= released.slots();
            }
            letNextIn(tick);
        }
    }

    /** The executor runs what it was sent in that order, as far as anybody else can tell. */
    private void letNextIn(long tick) {
        while (!waiting.isEmpty()) {
            AttemptKey next = waiting.iterator().next();
            if (slotsInUse + slotsOf(next) > registration.slots()) {
                return;
            }
            letIn(next, tick);
        }
    }

    private void letIn(AttemptKey key, long tick) {
        recallable.remove(key);
        if (waiting.remove(key)) {
            slotsInUse += slotsOf(key);
            holdings.computeIfPresent(key, (known, holding) -> holding.withSlots(tick));
        }
    }

    private int slotsOf(AttemptKey key) {
        Holding holding = holdings.get(key);
        return holding == null ? 0 : holding.slots();
    }

    /** A start shows that the attempt is there, any other report that it is there no more. */
    public void reported(AttemptReport report, long tick) {
        AttemptKey key = report.attemptKey();
        if (report instanceof AttemptStarted) {
            holdings.computeIfPresent(key, (known, holding) -> holding.confirmed());
            letIn(key, tick);
        } else {
            release(key, tick);
        }
    }

    /** An attempt that it should have listed long ago is not there. */
    public void giveUp(AttemptKey key, long tick) {
        release(key, tick);
    }

    /**
     * An attempt that was revoked is held until the executor reports its end, or does not list it any more. One that it never
     * listed may be on its way, and is held until it is revoked for the second time.
     */
    public void revoke(AttemptKey key, long tick) {
        Holding holding = holdings.get(key);
        if (holding == null) {
            return;
        }
        if (holding.listed() || !(holding.seen() || holding.revoked())) {
            holdings.put(key, holding.asRevoked(tick));
            recallable.remove(key);
        } else {
            release(key, tick);
        }
    }

    /** Compares with the executor's own list: what it no longer lists is missing from {@code tick} on. */
    public void reconcile(Collection<AttemptKey> listed, long tick) {
        var known = Set.copyOf(listed);
        holdings.replaceAll((key, holding) -> known.contains(key) ? holding.confirmed() : holding.missing(tick));
    }

    @Override
    @Nullable
    public Holding missing(CoreConfig config, long tick) {
        for (Holding holding : holdings.values()) {
            long limitMs = holding.seen() || holding.revoked() ? config.leaseMs() : config.dispatchTimeoutMs();
            if (!holding.listed() && tick - holding.sinceTick() > limitMs) {
                return holding;
            }
        }
        return null;
    }
}
