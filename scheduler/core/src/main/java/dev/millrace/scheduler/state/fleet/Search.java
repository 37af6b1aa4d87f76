package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.TaskInfo;
import java.util.ArrayList;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Where a task may go.
 *
 * @param tried where it was before: only if nobody else is free
 * @param excluded where it must not go
 * @param lookAhead how many may wait for each slot of an executor; only where one is soon free, and only for what takes a single
 *     slot
 * @param mostAhead how many may wait at an executor, whatever slots it has
 * @param mostSlots it may take
 * @param reserved the executor that only tasks of some needs may use, if there is one
 */
public record Search(
        TaskInfo task,
        Collection<String> tried,
        Collection<String> excluded,
        int lookAhead,
        int mostAhead,
        int mostSlots,
        @Nullable Reservation reserved) {

    /** The same without some more executors. */
    public Search without(Collection<String> others) {
        var all = new ArrayList<>(excluded);
        all.addAll(others);
        return new Search(task, tried, all, lookAhead, mostAhead, mostSlots, reserved);
    }

    /** Whether an executor is closed to the task, whatever room it has. */
    boolean excludes(ExecutorView executor) {
        return excluded.contains(executor.id())
                || (reserved != null
                        && reserved.executorId().equals(executor.id())
                        && !reserved.needs().equals(task.needs()));
    }
}
