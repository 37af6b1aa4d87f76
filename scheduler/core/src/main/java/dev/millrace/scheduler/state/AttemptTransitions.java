package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Holding;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Outcome;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes what executors hold. An attempt holds its slots until its executor gives them back, even if the attempt can no longer decide its
 * task.
 */
final class AttemptTransitions {
    private final PoolState state;

    AttemptTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.always(AttemptStarted.class, this::reported);
        all.always(AttemptFinished.class, this::reported);
        all.always(AttemptReturned.class, this::reported);
        all.always(AttemptRevoked.class, this::revoked);
    }

    /** Lets an attempt take its slots on an executor, or wait there for them. */
    void take(TaskInfo task, ExecutorState executor, LiveAttempt attempt, Now now) {
        state.mutableFleet().release(task.needs());
        state.mutableFleet()
                .change(
                        executor,
                        holder ->
                                holder.take(attempt.key(task.taskId()), attempt.slots(), task.isBrief(), now.tickMs()));
    }

    /** Notes that an attempt can no longer decide its task. It may still hold slots. */
    void ended(TaskState.Live task, LiveAttempt attempt, Outcome outcome, @Nullable AttemptResult result, Now now) {
        AttemptKey key = attempt.key(task.info().taskId());
        state.orphans().remove(key);
        if (outcome == Outcome.EXECUTOR_LOST) {
            // If this incarnation is still there, it has not listed the attempt for so long that it does not hold it.
            ExecutorState executor = state.mutableFleet().get(attempt.executorId(), attempt.incarnation());
            hold(executor, key, it -> it.giveUp(key, now.tickMs()), false, null, now);
        }
        if (state.mutableFleet().holds(attempt, task.info().taskId())) {
            state.revoked().add(task.info(), attempt);
        } else {
            state.mutableBacklog().settlements().ended(attempt, result, now.tickMs());
        }
        state.stragglers().unwatch(task.info().taskId());
        state.stragglers().unhedged(task.info().taskId());
    }

    private void reported(AttemptReport it, Now now) {
        AttemptResult result = it instanceof AttemptFinished finished ? finished.result() : null;
        hold(
                state.mutableFleet().get(it.executorId(), it.incarnation()),
                it.attemptKey(),
                executor -> executor.reported(it, now.tickMs()),
                true,
                result,
                now);
    }

    private void revoked(AttemptRevoked it, Now now) {
        noteOverrun(it, now);
        hold(
                state.mutableFleet().get(it.executorId()),
                it.attemptKey(),
                executor -> executor.revoke(it.attemptKey(), now.tickMs()),
                false,
                null,
                now);
    }

    /**
     * Notes an overrun: an attempt that is recalled, and could still decide its task, waits behind brief attempts that take longer than
     * expected.
     */
    private void noteOverrun(AttemptRevoked it, Now now) {
        ExecutorState executor = state.mutableFleet().get(it.executorId());
        TaskState.Live task = state.live(it.taskId());
        if (executor == null || task == null || task.attempt(it.attemptKey()) == null) {
            return;
        }
        var owners = new LinkedHashSet<String>();
        for (Holding holding : executor.holdings()) {
            TaskState.Live before =
                    holding.isOverdue(now.tickMs()) ? state.live(holding.key().taskId()) : null;
            if (before != null) {
                owners.add(before.info().owner());
            }
        }
        state.overruns().note(executor, owners, now.tickMs());
    }

    /**
     * Changes how an executor holds an attempt. If it does not hold the attempt afterwards, the slots are free.
     *
     * @param reported whether the executor itself reported the change, which shows that it held the attempt
     */
    private void hold(
            @Nullable ExecutorState executor,
            AttemptKey key,
            Consumer<ExecutorState> change,
            boolean reported,
            @Nullable AttemptResult result,
            Now now) {
        Holding before = executor == null ? null : executor.holding(key);
        if (executor != null && before != null) {
            state.mutableFleet().change(executor, change);
            if (executor.holding(key) == null) {
                state.revoked().freed(reported ? before.confirmed() : before, result, now);
            }
        }
    }
}
