package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Shape;
import dev.millrace.schemas.event.Needs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The executors of a pool. Those that take work are grouped by shape, and each group is sorted by free slots, so that a search takes about
 * as many steps as there are shapes. Not thread-safe.
 */
public class Fleet implements FleetView {
    /** The maximum number of needs whose fits are kept. For each of them there is an entry for every suitable shape. */
    private static final int MAX_FITS = 1_000;

    /** Everything about an executor that decisions about waiting tasks depend on. */
    private record Room(boolean acceptsWork, boolean draining, int freeSlots, boolean soonFree) {
        static Room of(ExecutorState it) {
            return new Room(it.acceptsWork(), it.registration().draining(), it.freeSlots(), it.isSoonFree());
        }
    }

    private final Map<String, ExecutorState> executors = new TreeMap<>();
    private final Map<Shape, ShapeGroup> groups = new HashMap<>();

    /**
     * The fits of the needs that were searched for. They are kept until no task has these needs any more, a new shape appears, or there are
     * too many.
     */
    private final Map<Needs, List<Fit>> fits = new HashMap<>();

    /** The shapes of which the first executor began to take work, or the last one stopped, since the last drain. */
    private final Set<Shape> changedShapes = new LinkedHashSet<>();

    /** How many executors of a shape there are, whether or not they take work. */
    private final Map<Shape, Integer> population = new HashMap<>();

    private int allSlots;
    private int slots;
    private int freeSlots;
    private long revision;
    private final HeldExecutor held = new HeldExecutor();

    @Override
    public Collection<ExecutorState> all() {
        return Collections.unmodifiableCollection(executors.values());
    }

    @Nullable
    public ExecutorState get(String executorId) {
        return executors.get(executorId);
    }

    /** Returns the executor if its present incarnation is the given one, otherwise null. */
    @Nullable
    public ExecutorState get(String executorId, String incarnation) {
        ExecutorState executor = executors.get(executorId);
        return executor != null && executor.registration().incarnation().equals(incarnation) ? executor : null;
    }

    /** Returns whether an executor holds an attempt, in slots or in its queue, even if the attempt can no longer decide its task. */
    public boolean holds(LiveAttempt attempt, String taskId) {
        ExecutorState executor = get(attempt.executorId(), attempt.incarnation());
        return executor != null && executor.holding(attempt.key(taskId)) != null;
    }

    public void put(ExecutorState executor) {
        remove(executor.id());
        executors.put(executor.id(), executor);
        population.merge(executor.shape(), 1, Integer::sum);
        allSlots += executor.registration().slots();
        link(executor);
        revision++;
        if (executor.acceptsWork()) {
            joinedOrLeft(executor.shape(), true);
        }
    }

    @Nullable
    public ExecutorState remove(String executorId) {
        ExecutorState removed = executors.remove(executorId);
        if (removed != null) {
            unlink(removed);
            revision++;
            if (removed.acceptsWork()) {
                joinedOrLeft(removed.shape(), false);
            }
            allSlots -= removed.registration().slots();
            population.computeIfPresent(removed.shape(), (shape, members) -> members == 1 ? null : members - 1);
        }
        giveUp(executorId);
        return removed;
    }

    /** Changes an executor. It is taken out of the sorted groups during the change, because their order depends on what changes. */
    public void change(@Nullable ExecutorState executor, Consumer<ExecutorState> change) {
        if (executor != null) {
            Room before = Room.of(executor);
            unlink(executor);
            change.accept(executor);
            link(executor);
            changed(executor, before);
        }
    }

    private void changed(ExecutorState executor, Room before) {
        Room after = Room.of(executor);
        if (!after.equals(before)) {
            revision++;
        }
        if (after.acceptsWork() != before.acceptsWork()) {
            joinedOrLeft(executor.shape(), after.acceptsWork());
        }
    }

    /** Notes that an executor of this shape began to take work, or stopped. */
    private void joinedOrLeft(Shape shape, boolean joined) {
        ShapeGroup group = groups.get(shape);
        int members = group == null ? 0 : group.byRoom().size();
        if (members == (joined ? 1 : 0)) {
            changedShapes.add(shape);
        }
    }

    @Override
    public long revision() {
        return revision;
    }

    /** Returns the shapes of which the first executor began to take work, or the last one stopped, since the last call. */
    public Set<Shape> drainChangedShapes() {
        if (changedShapes.isEmpty()) {
            return Set.of();
        }
        var drained = Set.copyOf(changedShapes);
        changedShapes.clear();
        return drained;
    }

    private void unlink(ExecutorState executor) {
        ShapeGroup group = groups.get(executor.shape());
        if (group != null && group.byRoom().remove(executor)) {
            group.soonFree().remove(executor);
            slots -= executor.registration().slots();
            freeSlots -= Math.max(0, executor.freeSlots());
        }
    }

    private void link(ExecutorState executor) {
        if (executor.acceptsWork()) {
            ShapeGroup group = groups.get(executor.shape());
            if (group == null) {
                group = new ShapeGroup(executor.shape());
                groups.values().removeIf(it -> it.byRoom().isEmpty());
                groups.put(executor.shape(), group);
                fits.clear();
            }
            group.byRoom().add(executor);
            if (executor.isSoonFree()) {
                group.soonFree().add(executor);
            }
            slots += executor.registration().slots();
            freeSlots += Math.max(0, executor.freeSlots());
        } else {
            giveUp(executor.id());
        }
    }

    private void giveUp(String executorId) {
        Reservation reservation = held.get();
        if (reservation != null && reservation.executorId().equals(executorId)) {
            held.giveUp();
        }
    }

    @Override
    public int slots() {
        return slots;
    }

    @Override
    public int freeSlots() {
        return freeSlots;
    }

    public void reserve(Reservation wanted) {
        held.hold(wanted);
        revision++;
    }

    /** Ends the reservation if its executor has been held for too long. */
    public void expireReservation(long limitMs, long tickMs) {
        if (held.expire(limitMs, tickMs)) {
            revision++;
        }
    }

    /** Returns the idle slot time of the held executor since the last call. */
    public long idleHeldMs(long tickMs) {
        Reservation reservation = held.get();
        ExecutorState executor = reservation == null ? null : get(reservation.executorId());
        return executor == null ? 0 : Math.max(0, executor.freeSlots()) * held.uncharged(tickMs);
    }

    @Override
    public boolean mayReserve(Needs needs, long tickMs) {
        return held.mayHoldFor(needs, tickMs);
    }

    @Override
    public Set<String> resting(long tickMs) {
        return held.resting(tickMs);
    }

    @Override
    public Set<String> heldInVain(Needs needs) {
        return held.heldInVain(needs);
    }

    @Override
    public int leastSlots(Needs needs) {
        return fits(needs).stream().mapToInt(Fit::slots).min().orElse(Integer.MAX_VALUE);
    }

    /** Ends the reservation, because no task can use the held executor. */
    public void endHold() {
        held.giveUp();
        revision++;
    }

    /** Ends the reservation for these needs, because a task with them was placed or none waits any more. */
    public void release(Needs needs) {
        held.forget(needs);
        Reservation reservation = held.get();
        if (reservation != null && reservation.needs().equals(needs)) {
            held.giveUp();
            revision++;
        }
    }

    /** Forgets the fits of needs that no task has any more. */
    public void forget(Needs needs) {
        fits.remove(needs);
    }

    @Override
    @Nullable
    public Reservation reservation() {
        return held.get();
    }

    @Override
    public boolean hasRoom(Search search) {
        for (Fit fit : fits(search.task().needs())) {
            if (fit.hasRoom(search)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Offer> best(Search search, int limit) {
        var offers = new ArrayList<Offer>();
        for (Fit fit : fits(search.task().needs())) {
            fit.offer(offers, search, limit);
        }
        offers.sort(Offer.BEST_FIRST);
        return offers.size() <= limit ? offers : offers.subList(0, limit);
    }

    @Override
    @Nullable
    public Offer closest(Search search) {
        Offer best = null;
        for (Fit fit : fits(search.task().needs())) {
            ExecutorState executor = fit.roomiest(search);
            if (executor != null) {
                var offer = new Offer(executor, fit.slots(), false, false);
                best = best == null || Offer.BEST_FIRST.compare(offer, best) < 0 ? offer : best;
            }
        }
        return best;
    }

    @Override
    public boolean couldRunOn(Search search, String executorId) {
        ExecutorState executor = executors.get(executorId);
        int slots =
                executor == null ? 0 : executor.shape().slotsFor(search.task().needs());
        return executor != null
                && executor.acceptsWork()
                && slots > 0
                && slots <= search.mostSlots()
                && !search.excludes(executor);
    }

    /** Returns whether an executor that takes work could run a task with these needs, now or later. */
    @Override
    public boolean couldRun(Needs needs) {
        return groups.values().stream()
                .anyMatch(group -> !group.byRoom().isEmpty() && group.shape().slotsFor(needs) > 0);
    }

    @Override
    public boolean couldRunElsewhere(Needs needs, String executorId) {
        return couldRunElsewhere(needs, List.of(executorId));
    }

    @Override
    public boolean couldRunElsewhere(Needs needs, Collection<String> executorIds) {
        List<Fit> known = fits.get(needs);
        for (Fit fit : known == null ? fitting(needs) : known) {
            for (ExecutorState executor : fit.group().byRoom()) {
                if (!executorIds.contains(executor.id())) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Returns whether the pool can do without an executor. There are two conditions. The other executors that take work have at least half
     * of all slots: if more executors seem sick, the cause is probably something that they all share. And each task that the executor could
     * run could also run on another one.
     *
     * @param open the needs of the tasks without a verdict
     */
    public boolean canSpare(ExecutorView executor, Collection<Needs> open) {
        int others = slots - (executor.acceptsWork() ? executor.registration().slots() : 0);
        return others > 0
                && 2 * others >= allSlots
                && open.stream()
                        .allMatch(needs ->
                                executor.shape().slotsFor(needs) == 0 || couldRunElsewhere(needs, executor.id()));
    }

    @Override
    public Map<String, Integer> lacking(Needs needs) {
        var reasons = new TreeMap<String, Integer>();
        population.forEach((shape, members) -> {
            ShapeGroup group = groups.get(shape);
            String lack = shape.lacks(needs);
            int out = members - (group == null ? 0 : group.byRoom().size());
            if (lack != null) {
                reasons.merge(lack, members, Integer::sum);
            } else if (out > 0) {
                reasons.merge("drained or suspect", out, Integer::sum);
            }
        });
        return reasons;
    }

    private List<Fit> fits(Needs needs) {
        if (fits.size() >= MAX_FITS && !fits.containsKey(needs)) {
            fits.clear();
        }
        return fits.computeIfAbsent(needs, this::fitting);
    }

    private List<Fit> fitting(Needs needs) {
        return groups.values().stream()
                .map(group -> new Fit(group, group.shape().slotsFor(needs)))
                .filter(fit -> fit.slots() > 0)
                .toList();
    }
}
