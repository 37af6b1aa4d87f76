package dev.millrace.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The executors of a pool, those that take work in the order of their room. Not thread-safe. */
final class Fleet {
    private static final Comparator<ExecutorState> BY_ROOM =
            Comparator.comparingInt(ExecutorState::freeSlots).reversed().thenComparing(ExecutorState::id);

    private final Map<String, ExecutorState> executors = new TreeMap<>();
    private final NavigableSet<ExecutorState> byRoom = new TreeSet<>(BY_ROOM);
    private int slots;
    private int freeSlots;

    Collection<ExecutorState> all() {
        return executors.values();
    }

    @Nullable
    ExecutorState get(String executorId) {
        return executors.get(executorId);
    }

    /** The executor if it lives the life named. */
    @Nullable
    ExecutorState get(String executorId, String incarnation) {
        ExecutorState executor = executors.get(executorId);
        return executor != null && executor.registration().incarnation().equals(incarnation) ? executor : null;
    }

    void put(ExecutorState executor) {
        remove(executor.id());
        executors.put(executor.id(), executor);
        link(executor);
    }

    @Nullable
    ExecutorState remove(String executorId) {
        ExecutorState removed = executors.remove(executorId);
        if (removed != null) {
            unlink(removed);
        }
        return removed;
    }

    /** The order depends on what changes, so the executor leaves it meanwhile. */
    void change(@Nullable ExecutorState executor, Consumer<ExecutorState> change) {
        if (executor != null) {
            unlink(executor);
            change.accept(executor);
            link(executor);
        }
    }

    private void unlink(ExecutorState executor) {
        if (byRoom.remove(executor)) {
            slots -= executor.registration().slots();
            freeSlots -= Math.max(0, executor.freeSlots());
        }
    }

    private void link(ExecutorState executor) {
        if (executor.acceptsWork()) {
            byRoom.add(executor);
            slots += executor.registration().slots();
            freeSlots += Math.max(0, executor.freeSlots());
        }
    }

    boolean acceptsWork() {
        return !byRoom.isEmpty();
    }

    /** Of the executors that take work. */
    int slots() {
        return slots;
    }

    int freeSlots() {
        return freeSlots;
    }

    /**
     * The best executors for a task, best first, at most {@code limit}: with a free slot rather than with room to look ahead,
     * elsewhere than {@code avoided} where possible, the one with most room.
     *
     * @param lookAhead how many may wait at an executor beyond its slots
     */
    List<ExecutorState> best(Collection<String> avoided, int lookAhead, int limit) {
        var best = new ArrayList<ExecutorState>();
        var second = new ArrayList<ExecutorState>();
        for (ExecutorState executor : byRoom) {
            boolean free = executor.freeSlots() > 0;
            boolean freeFound =
                    !best.isEmpty() || (!second.isEmpty() && second.get(0).freeSlots() > 0);
            if (executor.freeSlots() + lookAhead <= 0 || best.size() == limit || (!free && freeFound)) {
                break;
            }
            (avoided.contains(executor.id()) ? second : best).add(executor);
        }
        for (ExecutorState executor : second) {
            if (best.size() < limit) {
                best.add(executor);
            }
        }
        return best;
    }
}
