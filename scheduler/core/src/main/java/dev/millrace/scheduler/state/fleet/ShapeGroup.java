package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.Shape;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The executors of one shape that take work, the ones with the most free slots first, and the subset of them where a slot is expected to be
 * free soon.
 */
record ShapeGroup(Shape shape, NavigableSet<ExecutorState> byRoom, NavigableSet<ExecutorState> soonFree) {
    private static final Comparator<ExecutorState> BY_ROOM =
            Comparator.comparingInt(ExecutorState::freeSlots).reversed().thenComparing(ExecutorState::id);

    ShapeGroup(Shape shape) {
        this(shape, new TreeSet<>(BY_ROOM), new TreeSet<>(BY_ROOM));
    }
}
