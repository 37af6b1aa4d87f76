package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.Stragglers;
import dev.millrace.scheduler.state.fleet.Offer;
import dev.millrace.scheduler.state.fleet.Reservation;
import dev.millrace.scheduler.state.fleet.Search;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.TaskHedged;
import java.util.HashSet;
import java.util.List;

/**
 * Chooses the straggler that gets a second attempt. Second attempts use only idle slots, which no waiting task could use. Together they
 * hold a limited part of the pool. A task gets at most one in each run, and it counts against its owner's quota and share.
 */
final class Hedging {
    /** The maximum number of stragglers that one step checks if the first ones cannot be hedged; bounds the work of the step. */
    private static final int LOOKED_AT = 1_000;

    /** The facts that decide whether a straggler can be hedged: if it cannot, no other straggler with the same facts can. */
    private record Hopeless(Needs needs, String owner, String executorId) {
        static Hopeless of(TaskState.Live task) {
            return new Hopeless(
                    task.info().needs(), task.info().owner(), task.first().executorId());
        }
    }

    /** Returns the next second attempt and its dispatch, or nothing. Must be called only when no task can be placed. */
    List<Event> next(PoolState state, long generation, Now now) {
        int limit = state.policy().hedgeLimit(state.fleet().slots());
        int held = state.stragglers().slotsOfHedges();
        boolean isTornDown = !state.scopes().readyTeardowns().isEmpty();
        if (held >= limit || state.fleet().freeSlots() == 0 || isTornDown) {
            // What a tear-down waits for is more important than a second attempt.
            return List.of();
        }
        var hopeless = new HashSet<Hopeless>();
        for (Stragglers.Watched watched : state.stragglers().due(now.tickMs(), LOOKED_AT)) {
            TaskState.Live task = state.live(watched.taskId());
            // A second attempt would be in the way of the tear-down of its scope.
            if (task == null
                    || task.info().scope() != null
                    || state.isCancelling(task.info().jobId())
                    || !hopeless.add(Hopeless.of(task))) {
                continue;
            }
            Reservation reserved = state.fleet().reservation();
            int most = Math.min(limit - held, Placement.slotsLeft(state, task.info(), reserved));
            var search = new Search(
                    task.info(),
                    task.retryRecord().tried(),
                    List.of(task.first().executorId()),
                    0,
                    0,
                    most,
                    reserved);
            List<Offer> offers = state.fleet().best(search, Dispatch.CANDIDATES);
            if (!offers.isEmpty()) {
                return hedge(state, task, watched, offers, generation, now);
            }
        }
        return List.of();
    }

    private static List<Event> hedge(
            PoolState state,
            TaskState.Live task,
            Stragglers.Watched watched,
            List<Offer> offers,
            long generation,
            Now now) {
        TaskInfo info = task.info();
        var decisions = new Decisions(state);
        var dispatch = new Dispatch(
                info,
                task.retryRecord().attempts() + 1,
                true,
                task.retryRecord().retryOf(),
                new Epoch(generation, decisions.next()),
                offers.get(0),
                null);
        decisions.add(sequence -> new TaskHedged(
                info.taskId(),
                info.jobId(),
                state.pool(),
                sequence,
                dispatch.attempt(),
                dispatch.epoch(),
                dispatch.executorId(),
                dispatch.offer().slots(),
                watched.attempt(),
                task.first().executorId(),
                now.tickMs() - watched.sinceTick(),
                watched.dueTick() - watched.sinceTick(),
                state.stragglers().slotsOfHedges(),
                state.policy().hedgeLimit(state.fleet().slots()),
                Dispatch.candidates(offers)));
        return decisions.command(dispatch.command(state.pool())).events();
    }
}
