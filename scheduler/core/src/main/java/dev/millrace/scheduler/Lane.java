package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;
import java.util.NavigableSet;
import java.util.TreeSet;

/** One owner's waiting tasks with the same needs, so that what cannot run now does not stand before what can. */
final class Lane {
    private final Needs needs;
    private final NavigableSet<TaskState.Waiting> byPriority = new TreeSet<>(ReadyOrder.BY_PRIORITY);
    private final NavigableSet<TaskState.Waiting> byAge = new TreeSet<>(ReadyOrder.BY_AGE);

    Lane(Needs needs) {
        this.needs = needs;
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

    /** The first by priority, which is urgent if any is. */
    TaskState.Waiting first() {
        return byPriority.first();
    }

    TaskState.Waiting oldest() {
        return byAge.first();
    }
}
