package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lanes by their heads, so that a search ends at the first that is good enough instead of asking all of them. Not
 * thread-safe.
 */
final class LaneOrder {
    private final Comparator<TaskState.Waiting> order;
    private final Function<Lane, TaskState.Waiting> head;
    private final NavigableMap<TaskState.Waiting, Lane> byHead;
    private final Map<Lane, TaskState.Waiting> heads = new HashMap<>();

    /**
     * @param order total
     * @param head the first of a lane by that order
     */
    LaneOrder(Comparator<TaskState.Waiting> order, Function<Lane, TaskState.Waiting> head) {
        this.order = order;
        this.head = head;
        this.byHead = new TreeMap<>(order);
    }

    /** A lane is new, or its head may be another one. */
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

    /** The first task of all lanes; null without one. */
    TaskState.@Nullable Waiting head() {
        return byHead.isEmpty() ? null : byHead.firstKey();
    }

    /** The first of what {@code choice} finds in each lane, which is never before the lane's head. */
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
