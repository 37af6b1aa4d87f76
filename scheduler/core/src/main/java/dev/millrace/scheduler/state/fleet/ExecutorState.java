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
 * An executor as the scheduler sees it: its capacity, and the attempts that it presumably holds. An attempt counts as held
 * from its dispatch until the executor reports its end or stops listing it, even if the attempt can no longer decide its
 * task. Only {@link PoolState#apply} changes this state.
 */
public final class ExecutorState implements ExecutorView {
    private Registration registration;
    private long lastHeardTick;
    private final Map<AttemptKey, Holding> holdings = new LinkedHashMap<>();

    /** Attempts that were sent ahead and wait for slots, in the order in which they will get slots. */
    private final Set<AttemptKey> waiting = new LinkedHashSet<>();

    /** The waiting attempts that can be recalled: this dispatcher sent them and knows that they have not started. */
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

    /** Sets whether an operator or the scheduler keeps it without work. */
    public void mark(boolean noWork) {
        marked = noWork;
    }

    /** Sets whether it gets no work until the cause of its failures is known. */
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

    /** Whether a slot will probably be free soon: a brief attempt holds one, and no attempt holds several slots. */
    boolean isSoonFree() {
        return big == 0 && brief > 0 && !overrun;
    }

    /** Sets whether its attempts that were expected to be brief are running long, or recently did. */
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
        holdings.put(key, new Holding(key, slots, isBrief, tick, null, false, false, false, null));
        waiting.add(key);
        recallable.add(key);
        brief += isBrief ? 1 : 0;
        slotsHeld += slots;
        big += slots > 1 ? 1 : 0;
        letNextIn(tick);
    }

    /** Like {@link #take}, for an attempt that an earlier dispatcher sent. This dispatcher does not know whether it has started. */
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

    /** Gives free slots to waiting attempts in the order of dispatch, because the executor presumably starts them in that order. */
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

    /** A report of a start shows that the executor holds the attempt. Any other report shows that it no longer does. */
    public void reported(AttemptReport report, long tick) {
        AttemptKey key = report.attemptKey();
        if (report instanceof AttemptStarted started) {
            holdings.computeIfPresent(key, (known, holding) -> holding.started(started.startedAtMs()));
            letIn(key, tick);
        } else {
            release(key, tick);
        }
    }

    /** Releases an attempt that the executor should have listed long ago and has not. */
    public void giveUp(AttemptKey key, long tick) {
        release(key, tick);
    }

    /**
     * A revoked attempt is held until the executor reports its end or stops listing it. An attempt that the executor never
     * listed may still be on its way there, so it is held until it is revoked a second time.
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

    /**
     * Compares the held attempts with the list that the executor sent. Attempts that are not in the list count as missing from {@code tick}
     * on, unless they have started after the list was sent: reports of starts are on another topic, and may be read first.
     *
     * @param sentAtMs when the list was sent, by the executor's clock; null if unknown
     */
    public void reconcile(Collection<AttemptKey> listed, @Nullable Long sentAtMs, long tick) {
        var known = Set.copyOf(listed);
        holdings.replaceAll((key, holding) -> known.contains(key)
                ? holding.confirmed()
                : holding.isAfter(sentAtMs) ? holding : holding.missing(tick));
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
