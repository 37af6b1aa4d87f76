package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

    /**
     * For the next attempt of a task that waits. While others could run it, those on whom it failed are left out for a while, since
     * whoever failed it at once is free at once; for longer if a second opinion is wanted.
     */
    public static Search of(
            PoolState state,
            TaskState.Waiting task,
            int lookAhead,
            @Nullable Reservation reserved,
            CoreConfig config,
            Now now) {
        RetryRecord retryRecord = task.retryRecord();
        boolean askOthers = !retryRecord.failedOn().isEmpty()
                && now.tickMs() - task.readyTick()
                        < (retryRecord.secondOpinion() ? config.secondOpinionMs() : config.retryElsewhereMs())
                && state.fleet().couldRunElsewhere(task.info().needs(), retryRecord.failedOn());
        return new Search(
                task.info(),
                retryRecord.tried(),
                askOthers ? retryRecord.failedOn() : List.of(),
                lookAhead,
                config.maxLookAhead(),
                slotsLeft(state, task.info(), reserved),
                reserved);
    }

    /** An executor is of no use to the task for which it is held if others of its owner use up the quota meanwhile. */
    private static int slotsLeft(PoolState state, TaskInfo task, @Nullable Reservation reserved) {
        if (reserved != null
                && reserved.owner().equals(task.owner())
                && !reserved.needs().equals(task.needs())) {
            return state.backlog().queue(task.owner()).slotsLeftBeside(reserved.slots());
        }
        return state.backlog().slotsLeft(task.owner());
    }

    /** The same without some more executors. */
    public Search without(Collection<String> others) {
        var all = new ArrayList<>(excluded);
        all.addAll(others);
        return new Search(task, tried, all, lookAhead, mostAhead, mostSlots, reserved);
    }

    /** Whether an executor is closed to the task, whatever room it has. */
    boolean excludes(ExecutorState executor) {
        return excluded.contains(executor.id())
                || (reserved != null
                        && reserved.executorId().equals(executor.id())
                        && !reserved.needs().equals(task.needs()));
    }
}
