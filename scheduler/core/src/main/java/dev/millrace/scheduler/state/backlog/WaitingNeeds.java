package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.Shape;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The needs of waiting tasks: each different combination once, with the owners of these tasks, whether some executor can run the tasks, and
 * since when none could. The fleet is asked about a combination only when the combination is new, or when executors of a suitable shape
 * joined or left. Therefore tasks that no executor can run cost the other owners nothing. Not thread-safe.
 */
public final class WaitingNeeds {
    private static final long NEVER = Long.MAX_VALUE / 2;

    private static final class Kind {
        final Needs needs;
        final Set<OwnerQueue> owners = new LinkedHashSet<>();
        int tasks;
        boolean served;
        long unservedSinceTick = NEVER;

        Kind(Needs needs) {
            this.needs = needs;
        }
    }

    private final Map<Needs, Kind> kinds = new LinkedHashMap<>();

    /** Needs about which the fleet must be asked, because they are new or suitable executors joined or left. */
    private final Set<Kind> unknown = new LinkedHashSet<>();

    /** Needs about which the fleet was asked since the last {@link #note}. */
    private final Set<Kind> toNote = new LinkedHashSet<>();

    /** Adds a task that waits for its scope, so that it is known for how long no executor could run it. */
    public void addOfScope(Needs needs) {
        add(needs);
    }

    public void removeOfScope(Needs needs) {
        Kind kind = kinds.get(needs);
        if (kind != null) {
            remove(kind);
        }
    }

    private Kind add(Needs needs) {
        Kind kind = kinds.get(needs);
        if (kind == null) {
            kind = new Kind(needs);
            kinds.put(needs, kind);
            unknown.add(kind);
        }
        kind.tasks++;
        return kind;
    }

    private void remove(Kind kind) {
        if (--kind.tasks == 0) {
            kinds.remove(kind.needs);
            unknown.remove(kind);
            toNote.remove(kind);
        }
    }

    /** Adds a task that waits. Its owner must already have a lane for it. */
    void add(Needs needs, OwnerQueue owner) {
        Kind kind = add(needs);
        if (kind.owners.add(owner)) {
            owner.serve(needs, kind.served);
        }
    }

    void remove(Needs needs, OwnerQueue owner) {
        Kind kind = kinds.get(needs);
        if (kind == null) {
            return;
        }
        if (!owner.waitsFor(needs)) {
            kind.owners.remove(owner);
        }
        remove(kind);
    }

    /**
     * Finds out which tasks some executor can run, for all needs for which the answer may have changed. Must be called after each change.
     */
    public void look(Fleet fleet) {
        Set<Shape> changed = fleet.drainChangedShapes();
        if (!changed.isEmpty()) {
            for (Kind kind : kinds.values()) {
                if (!unknown.contains(kind) && changed.stream().anyMatch(shape -> shape.slotsFor(kind.needs) > 0)) {
                    unknown.add(kind);
                }
            }
        }
        if (unknown.isEmpty()) {
            return;
        }
        for (Kind kind : unknown) {
            boolean served = fleet.couldRun(kind.needs);
            if (served != kind.served) {
                kind.served = served;
                kind.owners.forEach(owner -> owner.serve(kind.needs, served));
            }
        }
        toNote.addAll(unknown);
        unknown.clear();
    }

    /** Notes since when no executor could run waiting tasks. */
    public void note(Fleet fleet, long tickMs) {
        look(fleet);
        for (Kind kind : toNote) {
            kind.unservedSinceTick = kind.served ? NEVER : Math.min(kind.unservedSinceTick, tickMs);
        }
        toNote.clear();
    }

    /** Returns the needs of waiting tasks that no executor could run since before {@code tickMs}. */
    public List<Needs> unservedBefore(long tickMs) {
        return kinds.values().stream()
                .filter(kind -> kind.unservedSinceTick < tickMs)
                .map(kind -> kind.needs)
                .toList();
    }

    /** Returns the needs of waiting tasks that no executor could run at the last check. */
    public List<Needs> unserved() {
        return kinds.values().stream()
                .filter(kind -> !kind.served)
                .map(kind -> kind.needs)
                .toList();
    }

    public boolean contains(Needs needs) {
        return kinds.containsKey(needs);
    }

    Collection<Needs> all() {
        return kinds.keySet();
    }

    /** Returns whether any of the tasks has needs beyond one slot. */
    public boolean hasSpecial() {
        return kinds.size() > 1 || (!kinds.isEmpty() && !kinds.containsKey(Needs.NOTHING));
    }
}
