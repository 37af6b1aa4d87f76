package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One owner's waiting tasks with the same needs, so that what cannot run now does not stand before what can. Tasks that failed on some
 * executor have a lane apart, since each may have to wait for another one. Tasks are kept in batches. By both orders the tasks of a
 * batch are neighbours: a long backlog is of few jobs, and a task is sorted in only once, among its like.
 */
final class Lane {
    /** Tasks of a lane that are asked for one placement, if each may have to wait for another executor; bounds the work of a step. */
    private static final int MAX_ASKED = 64;

    private final Needs needs;
    private boolean served;
    private final Comparator<TaskState.Waiting> withinBatch;

    /** Each batch by one task of it, present or past. */
    private final NavigableMap<TaskState.Waiting, NavigableSet<TaskState.Waiting>> byPriority;

    private final NavigableMap<TaskState.Waiting, NavigableSet<TaskState.Waiting>> byAge;

    Lane(Needs needs, ReadyOrder order) {
        this.needs = needs;
        this.withinBatch = order.withinBatch();
        this.byPriority = new TreeMap<>(order.batchesFirst());
        this.byAge = new TreeMap<>(order.batchesOldest());
    }

    Needs needs() {
        return needs;
    }

    /** Whether some executor can run its tasks, now or later. */
    boolean isServed() {
        return served;
    }

    void serve(boolean some) {
        served = some;
    }

    void add(TaskState.Waiting task) {
        NavigableSet<TaskState.Waiting> batch = byPriority.get(task);
        if (batch == null) {
            batch = new TreeSet<>(withinBatch);
            byPriority.put(task, batch);
            byAge.put(task, batch);
        }
        batch.add(task);
    }

    boolean remove(TaskState.Waiting task) {
        NavigableSet<TaskState.Waiting> batch = byPriority.get(task);
        if (batch == null || !batch.remove(task)) {
            return false;
        }
        if (batch.isEmpty()) {
            byPriority.remove(task);
            byAge.remove(task);
        }
        return true;
    }

    boolean isEmpty() {
        return byAge.isEmpty();
    }

    /** The first by priority. */
    TaskState.Waiting first() {
        return byPriority.firstEntry().getValue().first();
    }

    TaskState.Waiting oldest() {
        return byAge.firstEntry().getValue().first();
    }

    /** The first by priority that {@code fits}. */
    TaskState.@Nullable Waiting first(Predicate<TaskState.Waiting> fits) {
        return first(byPriority, fits);
    }

    /** The oldest that {@code fits}. */
    TaskState.@Nullable Waiting oldest(Predicate<TaskState.Waiting> fits) {
        return first(byAge, fits);
    }

    /**
     * A task that failed somewhere may have to wait for another executor, so those behind it are asked as well. One that did
     * not fits where any other of its lane does.
     */
    private static TaskState.@Nullable Waiting first(
            NavigableMap<TaskState.Waiting, NavigableSet<TaskState.Waiting>> order, Predicate<TaskState.Waiting> fits) {
        int asked = 0;
        for (NavigableSet<TaskState.Waiting> batch : order.values()) {
            for (TaskState.Waiting task : batch) {
                if (fits.test(task)) {
                    return task;
                }
                if (task.retryRecord().failedOn().isEmpty() || ++asked == MAX_ASKED) {
                    return null;
                }
            }
        }
        return null;
    }
}
