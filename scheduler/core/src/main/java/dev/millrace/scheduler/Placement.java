package dev.millrace.scheduler;

import dev.millrace.schemas.event.Candidate;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which waiting task goes to which executor next. The first task of the backlog goes to the executor with the most free
 * slots; a retry goes elsewhere than before if anybody else is free. When no slot is free, a short task may still be sent
 * ahead, so that its executor need not wait for a commit between two of them.
 */
final class Placement {
    private static final int CANDIDATES = 3;

    /** Tasks at least this long gain nothing from being sent ahead, and would wait behind another for no reason. */
    private static final long SHORT_MS = 1_000;

    private final CoreConfig config;

    Placement(CoreConfig config) {
        this.config = config;
    }

    /** The next placement and its dispatch, or nothing while nobody can take the first task. */
    List<Event> next(PoolState state, long generation, Now now) {
        if (state.ready().isEmpty()) {
            return List.of();
        }
        TaskState.Waiting task = state.ready().first();
        List<ExecutorState> free = state.executors().stream()
                .filter(executor -> executor.acceptsWork() && room(executor, task) > 0)
                .sorted(preference(task))
                .limit(CANDIDATES)
                .toList();
        if (free.isEmpty()) {
            return List.of();
        }
        return place(state, task, free, generation, now);
    }

    private int room(ExecutorState executor, TaskState.Waiting task) {
        return executor.freeSlots() + lookAhead(task.info().estimateMs());
    }

    private int lookAhead(long estimateMs) {
        if (estimateMs >= SHORT_MS) {
            return 0;
        }
        long ahead = (config.lookAheadMs() + estimateMs - 1) / estimateMs;
        return (int) Math.min(config.maxLookAhead(), ahead);
    }

    private static Comparator<ExecutorState> preference(TaskState.Waiting task) {
        @Nullable String avoided = task.ledger().lastExecutor();
        return Comparator.comparing((ExecutorState executor) -> executor.freeSlots() <= 0)
                .thenComparing(executor -> executor.id().equals(avoided))
                .thenComparing(Comparator.comparingInt(ExecutorState::freeSlots).reversed())
                .thenComparing(ExecutorState::id);
    }

    private static List<Event> place(
            PoolState state, TaskState.Waiting task, List<ExecutorState> candidates, long generation, Now now) {
        ExecutorState chosen = candidates.get(0);
        TaskInfo info = task.info();
        long sequence = state.sequence() + 1;
        var epoch = new Epoch(generation, sequence);
        int attempt = task.ledger().attempts() + 1;
        int freeSlots = state.executors().stream()
                .mapToInt(it -> Math.max(0, it.freeSlots()))
                .sum();
        var placed = new TaskPlaced(
                info.taskId(),
                info.jobId(),
                state.pool(),
                sequence,
                attempt,
                epoch,
                chosen.id(),
                info.estimateMs(),
                info.estimateSource(),
                Math.max(0, now.wallMs() - task.readyAtMs()),
                candidates.stream()
                        .map(it -> new Candidate(it.id(), it.freeSlots()))
                        .toList(),
                freeSlots,
                state.queuedTasks());
        var dispatched = new TaskDispatched(
                info.taskId(),
                info.jobId(),
                state.pool(),
                info.index(),
                info.planDigest(),
                attempt,
                epoch,
                chosen.id(),
                chosen.registration().incarnation(),
                task.ledger().attempts() > 0 ? dev.millrace.schemas.event.Priority.URGENT : info.priority());
        return List.of(placed, dispatched);
    }
}
