package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lanes in the order of their first tasks (heads), so that a search can end early instead of checking all lanes. Not thread-safe. */
final class LaneOrder {
    private final Comparator<TaskState.Waiting> order;
    private final Function<Lane, TaskState.Waiting> head;
    private final NavigableMap<TaskState.Waiting, Lane> byHead;
    private final Map<Lane, TaskState.Waiting> heads = new HashMap<>();

    /**
     * @param order a total order of tasks
     * @param head returns the first task of a lane by that order
     */
    LaneOrder(Comparator<TaskState.Waiting> order, Function<Lane, TaskState.Waiting> head) {
        this.order = order;
        this.head = head;
        this.byHead = new TreeMap<>(order);
    }

    /** Adds a lane, or moves it if its first task has changed. */
    void put(Lane lane) {
        TaskState.Waiting present = head.apply(lane);
        TaskState.Waiting before = heads.get(lane);
        if (before == null || order.compare(before, present) != 0) {
            remove(lane);
            heads.put(lane, present);
            byHead.put(present, lane);
        }
    }

    void remove(Lane lane) {
        TaskState.Waiting before = heads.remove(lane);
        if (before != null) {
            byHead.remove(before);
        }
    }

    /** Returns the first task of all lanes, or null if there is no lane. */
    TaskState.@Nullable Waiting head() {
        return byHead.isEmpty() ? null : byHead.firstKey();
    }

    /**
     * Returns the first of the tasks that {@code choice} finds in the lanes, or null. The task that it finds in a lane never comes before
     * the first task of that lane.
     */
    TaskState.@Nullable Waiting first(Function<Lane, TaskState.@Nullable Waiting> choice) {
        TaskState.Waiting best = null;
        for (Map.Entry<TaskState.Waiting, Lane> lane : byHead.entrySet()) {
            if (best != null && order.compare(best, lane.getKey()) <= 0) {
                return best;
            }
            TaskState.Waiting task = choice.apply(lane.getValue());
            if (task != null && (best == null || order.compare(task, best) < 0)) {
                best = task;
            }
        }
        return best;
    }
}
