package dev.millrace.scheduler;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.ExecutorState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.Transition;
import dev.millrace.scheduler.state.Transition.StateKind;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Holds what happens to the transition table: a state that changes in a way the table does not know is an error. */
final class TransitionRecorder implements BiConsumer<Event, Runnable> {
    private final PoolState state;
    private final Set<Transition> taken;

    TransitionRecorder(PoolState state, Set<Transition> taken) {
        this.state = state;
        this.taken = taken;
    }

    static Set<Transition> none() {
        return EnumSet.noneOf(Transition.class);
    }

    private record Entity(Subject subject, String id) {}

    @Override
    public void accept(Event event, Runnable change) {
        Entity entity = entity(event);
        if (entity == null) {
            change.run();
            return;
        }
        StateKind before = kind(entity);
        change.run();
        StateKind after = kind(entity);
        boolean known = false;
        for (Transition it : Transition.values()) {
            if (it.subject() == entity.subject()
                    && it.by() == event.getClass()
                    && it.from() == before
                    && it.to() == after) {
                taken.add(it);
                known = true;
            }
        }
        if (!known && before != after) {
            throw new AssertionError(
                    "the table has no way from " + before + " to " + after + " by " + event.getClass());
        }
    }

    private static @Nullable Entity entity(Event event) {
        if (event instanceof JobAdmitted
                || event instanceof JobStarted
                || event instanceof JobCancelling
                || event instanceof JobRetryStarted
                || event instanceof JobCompleted) {
            return new Entity(Subject.JOB, event.key());
        }
        if (event instanceof TaskCompleted it) {
            return new Entity(Subject.TASK, it.taskId());
        }
        if (event instanceof TaskQueued
                || event instanceof TaskPlaced
                || event instanceof TaskHedged
                || event instanceof AttemptDropped
                || event instanceof TaskReopened
                || event instanceof RetryScheduled) {
            return new Entity(Subject.TASK, event.key());
        }
        if (event instanceof ExecutorOnline
                || event instanceof ExecutorDraining
                || event instanceof ExecutorOffline
                || event instanceof ExecutorMarked
                || event instanceof LeaseExpired) {
            return new Entity(Subject.EXECUTOR, event.key());
        }
        return null;
    }

    private StateKind kind(Entity entity) {
        return switch (entity.subject()) {
            case JOB -> job(state.job(entity.id()));
            case TASK -> task(state.task(entity.id()));
            case EXECUTOR -> executor(state.executor(entity.id()));
        };
    }

    private static StateKind job(@Nullable JobState job) {
        if (job == null) {
            return StateKind.NONE;
        }
        if (job instanceof JobState.Submitted) {
            return StateKind.SUBMITTED;
        }
        if (job instanceof JobState.Running) {
            return StateKind.RUNNING;
        }
        return job instanceof JobState.Cancelling ? StateKind.CANCELLING : StateKind.FINISHED;
    }

    private static StateKind task(@Nullable TaskState task) {
        if (task == null) {
            return StateKind.NONE;
        }
        if (task instanceof TaskState.Live live) {
            return live.attempts().size() > 1 ? StateKind.HEDGED : StateKind.LIVE;
        }
        return StateKind.WAITING;
    }

    private StateKind executor(@Nullable ExecutorState executor) {
        if (executor == null) {
            return StateKind.NONE;
        }
        StandingOverride mark = state.mark(executor.id());
        if (executor.registration().draining() || (mark != null && mark.standing() == Standing.DRAINING)) {
            return StateKind.DRAINING;
        }
        return mark == null ? StateKind.ACTIVE : StateKind.SUSPECT;
    }
}
