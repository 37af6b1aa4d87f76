package dev.millrace.scheduler;

import dev.millrace.schemas.event.Candidate;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.Turn;
import java.util.List;

/**
 * Which waiting task goes to which executor next. The task whose turn it is goes to the executor with the most free slots; a
 * retry goes elsewhere than before if anybody else is free, and a third one to a third. When no slot is free, a short task may still be sent
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

    /** The next placement and its dispatch, or nothing while nobody can take the task whose turn it is. */
    List<Event> next(PoolState state, long generation, Now now) {
        Fleet fleet = state.fleet();
        Backlog.Choice choice = state.backlog().next(urgentLimit(state), fleet.slots() == 1);
        if (choice == null) {
            return List.of();
        }
        TaskState.Waiting task = choice.task();
        List<ExecutorState> best =
                fleet.best(task.ledger().tried(), lookAhead(task.info().estimateMs()), CANDIDATES);
        return best.isEmpty() ? List.of() : place(state, choice, best, generation, now);
    }

    /** At least one unless urgency is switched off, so that a pool of one slot can be urgent too. */
    private static int urgentLimit(PoolState state) {
        int percent = state.policy().urgentSharePercent();
        return percent == 0 ? 0 : (int) Math.max(1, (long) state.fleet().slots() * percent / 100);
    }

    private int lookAhead(long estimateMs) {
        if (estimateMs >= SHORT_MS) {
            return 0;
        }
        long ahead = (config.lookAheadMs() + estimateMs - 1) / estimateMs;
        return (int) Math.min(config.maxLookAhead(), ahead);
    }

    private static List<Event> place(
            PoolState state, Backlog.Choice choice, List<ExecutorState> candidates, long generation, Now now) {
        TaskState.Waiting task = choice.task();
        ExecutorState chosen = candidates.get(0);
        TaskInfo info = task.info();
        long sequence = state.sequence() + 1;
        var epoch = new Epoch(generation, sequence);
        int attempt = task.ledger().attempts() + 1;
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
                turn(state, choice),
                candidates.stream()
                        .map(it -> new Candidate(it.id(), it.freeSlots()))
                        .toList(),
                state.fleet().freeSlots(),
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

    private static Turn turn(PoolState state, Backlog.Choice choice) {
        OwnerQueue owner = choice.owner();
        OwnerQueue runnerUp = choice.runnerUp();
        return new Turn(
                choice.rule(),
                owner.owner(),
                owner.account().weight(),
                owner.virtualTime(),
                owner.running(),
                owner.size(),
                state.backlog().urgentRunning(),
                urgentLimit(state),
                runnerUp == null ? null : runnerUp.owner(),
                runnerUp == null ? null : runnerUp.virtualTime());
    }
}
