package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One owner's waiting tasks with the same needs, so that what cannot run now does not stand before what can. */
final class Lane {
    /** Retries that may wait for other executors; bounds the work of one step. */
    private static final int MAX_ASKED = 64;

    private final Needs needs;
    private final NavigableSet<TaskState.Waiting> byPriority;
    private final NavigableSet<TaskState.Waiting> byAge;

    Lane(Needs needs, ReadyOrder order) {
        this.needs = needs;
        this.byPriority = new TreeSet<>(order.first());
        this.byAge = new TreeSet<>(order.oldest());
    }

    Needs needs() {
        return needs;
    }

    void add(TaskState.Waiting task) {
        byPriority.add(task);
        byAge.add(task);
    }

    boolean remove(TaskState.Waiting task) {
        return byPriority.remove(task) && byAge.remove(task);
    }

    boolean isEmpty() {
        return byAge.isEmpty();
    }

    TaskState.Waiting oldest() {
        return byAge.first();
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
     * A task that failed somewhere may have to wait for another executor, so those behind it are asked as well; one that did
     * not fits where any other of its needs does.
     */
    private static TaskState.@Nullable Waiting first(
            NavigableSet<TaskState.Waiting> order, Predicate<TaskState.Waiting> fits) {
        int asked = 0;
        for (TaskState.Waiting task : order) {
            if (fits.test(task)) {
                return task;
            }
            if (task.ledger().failedOn().isEmpty() || ++asked == MAX_ASKED) {
                return null;
            }
        }
        return null;
    }
}
