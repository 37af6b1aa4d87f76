package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.TaskInfo;
import java.util.ArrayList;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The conditions under which an executor may take a task.
 *
 * @param tried ids of executors that had the task before; they are chosen only if no other executor is free
 * @param excluded ids of executors to which the task must not go
 * @param lookAhead how many attempts may wait for each slot of an executor. Applies only to executors where a slot is expected to be free
 *     soon, and only to tasks that take a single slot
 * @param mostAhead how many attempts may wait at one executor, however many slots it has
 * @param mostSlots the largest number of slots that the task may take
 * @param reserved the current reservation, whose executor only tasks with the same needs may use; null if there is none
 */
public record Search(
        TaskInfo task,
        Collection<String> tried,
        Collection<String> excluded,
        int lookAhead,
        int mostAhead,
        int mostSlots,
        @Nullable Reservation reserved) {

    /** Returns the same search with further executors excluded. */
    public Search without(Collection<String> others) {
        var all = new ArrayList<>(excluded);
        all.addAll(others);
        return new Search(task, tried, all, lookAhead, mostAhead, mostSlots, reserved);
    }

    /** Returns whether the task must not go to an executor, however many of its slots are free. */
    boolean excludes(ExecutorView executor) {
        return excluded.contains(executor.id())
                || (reserved != null
                        && reserved.executorId().equals(executor.id())
                        && !reserved.needs().equals(task.needs()));
    }
}
