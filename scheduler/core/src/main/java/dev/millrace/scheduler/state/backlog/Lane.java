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
 * The waiting tasks of one owner that have the same needs. They have a lane of their own so that tasks that cannot run now do not block
 * tasks that can. Tasks that failed on some executor have separate lanes, because each may have to wait for a different executor. A lane
 * keeps its tasks in batches. In both orders, the tasks of a batch are next to each other. A long backlog usually consists of few jobs, so
 * there are few batches, and each task is sorted only once, within its batch.
 */
final class Lane {
    /**
     * The maximum number of tasks of a lane that are checked for one placement, if each may have to wait for a different executor; bounds
     * the work of a step.
     */
    private static final int MAX_ASKED = 64;

    private final Needs needs;
    private boolean served;
    private final Comparator<TaskState.Waiting> withinBatch;

    /** The batches. The key of a batch is a task that is in it or was in it. */
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

    /** Returns the first task by priority. */
    TaskState.Waiting first() {
        return byPriority.firstEntry().getValue().first();
    }

    TaskState.Waiting oldest() {
        return byAge.firstEntry().getValue().first();
    }

    /** Returns the first task by priority that {@code fits}, or null. */
    TaskState.@Nullable Waiting first(Predicate<TaskState.Waiting> fits) {
        return first(byPriority, fits);
    }

    /** Returns the oldest task that {@code fits}, or null. */
    TaskState.@Nullable Waiting oldest(Predicate<TaskState.Waiting> fits) {
        return first(byAge, fits);
    }

    /**
     * Returns the first task that {@code fits}, or null. A task that failed on some executor may have to wait for a different one, so the
     * tasks behind it are checked too. Tasks that have not failed all fit on the same executors, so if one does not fit, the others of its
     * lane do not either.
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
