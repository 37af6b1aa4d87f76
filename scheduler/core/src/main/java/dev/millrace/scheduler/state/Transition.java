package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeHoldWarned;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeTearingDown;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The transition table: all transitions of jobs, tasks, scopes and executors from one state to another, and the events that cause them. An event is
 * applied only if the table contains it for the present state. {@code docs/states.md} is generated from the table, and the simulation goes
 * through each transition.
 */
public enum Transition {
    JOB_ADMITTED(Subject.JOB, StateKind.NONE, JobAdmitted.class, StateKind.SUBMITTED),
    JOB_CANCELLED_BEFORE_ITS_PLAN(Subject.JOB, StateKind.SUBMITTED, JobCancelling.class, StateKind.SUBMITTED),
    JOB_STARTED(Subject.JOB, StateKind.SUBMITTED, JobStarted.class, StateKind.RUNNING),
    JOB_STARTED_CANCELLED(Subject.JOB, StateKind.SUBMITTED, JobStarted.class, StateKind.CANCELLING),
    JOB_CANCELLED(Subject.JOB, StateKind.RUNNING, JobCancelling.class, StateKind.CANCELLING),
    JOB_REJECTED(Subject.JOB, StateKind.SUBMITTED, JobCompleted.class, StateKind.FINISHED),
    JOB_COMPLETED(Subject.JOB, StateKind.RUNNING, JobCompleted.class, StateKind.FINISHED),
    JOB_COMPLETED_CANCELLED(Subject.JOB, StateKind.CANCELLING, JobCompleted.class, StateKind.FINISHED),
    JOB_PROGRESSED(Subject.JOB, StateKind.RUNNING, JobProgress.class, StateKind.RUNNING),
    JOB_PROGRESSED_CANCELLING(Subject.JOB, StateKind.CANCELLING, JobProgress.class, StateKind.CANCELLING),
    JOB_INCOMPLETE(Subject.JOB, StateKind.RUNNING, JobIncomplete.class, StateKind.RUNNING),
    JOB_INCOMPLETE_CANCELLING(Subject.JOB, StateKind.CANCELLING, JobIncomplete.class, StateKind.CANCELLING),
    JOB_RETRY_STARTED(Subject.JOB, StateKind.FINISHED, JobRetryStarted.class, StateKind.RUNNING),

    TASK_QUEUED(Subject.TASK, StateKind.NONE, TaskQueued.class, StateKind.WAITING),
    TASK_PLACED(Subject.TASK, StateKind.WAITING, TaskPlaced.class, StateKind.LIVE),
    TASK_STARTED(Subject.TASK, StateKind.LIVE, TaskStarted.class, StateKind.LIVE),
    TASK_STARTED_HEDGED(Subject.TASK, StateKind.HEDGED, TaskStarted.class, StateKind.HEDGED),
    TASK_HEDGED(Subject.TASK, StateKind.LIVE, TaskHedged.class, StateKind.HEDGED),
    ATTEMPT_DROPPED(Subject.TASK, StateKind.HEDGED, AttemptDropped.class, StateKind.LIVE),
    TASK_RETRIED(Subject.TASK, StateKind.LIVE, RetryScheduled.class, StateKind.WAITING),
    TASK_REOPENED(Subject.TASK, StateKind.NONE, TaskReopened.class, StateKind.WAITING),
    TASK_REOPENED_BY_A_RETRY(Subject.TASK, StateKind.WAITING, TaskReopened.class, StateKind.WAITING),
    TASK_DECIDED(Subject.TASK, StateKind.LIVE, TaskCompleted.class, StateKind.NONE),
    TASK_DECIDED_WAITING(Subject.TASK, StateKind.WAITING, TaskCompleted.class, StateKind.NONE),

    SCOPE_OPENED(Subject.SCOPE, StateKind.PENDING, ScopeOpened.class, StateKind.SETTING_UP),
    SCOPE_ACTIVATED(Subject.SCOPE, StateKind.SETTING_UP, ScopeActivated.class, StateKind.ACTIVE),
    SCOPE_NOT_SET_UP(Subject.SCOPE, StateKind.SETTING_UP, ScopeDraining.class, StateKind.DRAINING),
    SCOPE_DRAINED(Subject.SCOPE, StateKind.ACTIVE, ScopeDraining.class, StateKind.DRAINING),
    SCOPE_HOLD_WARNED(Subject.SCOPE, StateKind.ACTIVE, ScopeHoldWarned.class, StateKind.ACTIVE),
    SCOPE_TORN_DOWN(Subject.SCOPE, StateKind.DRAINING, ScopeTearingDown.class, StateKind.TEARING_DOWN),
    SCOPE_CLOSED_WITHOUT_SETUP(Subject.SCOPE, StateKind.DRAINING, ScopeClosed.class, StateKind.CLOSED),
    SCOPE_GIVES_WAY(Subject.SCOPE, StateKind.DRAINING, ScopeClosed.class, StateKind.PENDING),
    SCOPE_CLOSED(Subject.SCOPE, StateKind.TEARING_DOWN, ScopeClosed.class, StateKind.CLOSED),
    SCOPE_WAITS_AGAIN(Subject.SCOPE, StateKind.TEARING_DOWN, ScopeClosed.class, StateKind.PENDING),
    SCOPE_NOT_NEEDED(Subject.SCOPE, StateKind.PENDING, ScopeClosed.class, StateKind.CLOSED),
    SCOPE_QUARANTINED(Subject.SCOPE, StateKind.TEARING_DOWN, ScopeQuarantined.class, StateKind.QUARANTINED),
    SCOPE_QUARANTINED_WAITS(Subject.SCOPE, StateKind.TEARING_DOWN, ScopeQuarantined.class, StateKind.PENDING),

    EXECUTOR_JOINED(Subject.EXECUTOR, StateKind.NONE, ExecutorOnline.class, StateKind.ACTIVE),
    EXECUTOR_DRAINED(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorDraining.class, StateKind.DRAINING),
    EXECUTOR_JOINED_DRAINING(Subject.EXECUTOR, StateKind.NONE, ExecutorOnline.class, StateKind.DRAINING),
    EXECUTOR_JOINED_SUSPECT(Subject.EXECUTOR, StateKind.NONE, ExecutorOnline.class, StateKind.SUSPECT),
    EXECUTOR_DRAINED_BY_OPERATOR(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorMarked.class, StateKind.DRAINING),
    EXECUTOR_SUSPECTED(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorMarked.class, StateKind.SUSPECT),
    EXECUTOR_WANTED_AGAIN(Subject.EXECUTOR, StateKind.DRAINING, ExecutorMarked.class, StateKind.ACTIVE),
    SUSPECT_CLEARED(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorMarked.class, StateKind.ACTIVE),
    SUSPECT_DRAINED_BY_OPERATOR(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorMarked.class, StateKind.DRAINING),
    SUSPECT_DRAINED(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorDraining.class, StateKind.DRAINING),
    SUSPECT_LEFT(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorOffline.class, StateKind.NONE),
    SUSPECT_LOST(Subject.EXECUTOR, StateKind.SUSPECT, LeaseExpired.class, StateKind.NONE),
    SUSPECT_BACK_AFTER_DRAIN(Subject.EXECUTOR, StateKind.DRAINING, ExecutorOnline.class, StateKind.SUSPECT),
    EXECUTOR_BACK_AFTER_DRAIN(Subject.EXECUTOR, StateKind.DRAINING, ExecutorOnline.class, StateKind.ACTIVE),
    EXECUTOR_HEARD_ACTIVE(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorHeartbeat.class, StateKind.ACTIVE),
    EXECUTOR_HEARD_DRAINING(Subject.EXECUTOR, StateKind.DRAINING, ExecutorHeartbeat.class, StateKind.DRAINING),
    EXECUTOR_HEARD_SUSPECT(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorHeartbeat.class, StateKind.SUSPECT),
    EXECUTOR_RESERVED(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorReserved.class, StateKind.ACTIVE),
    EXECUTOR_REPLACED_ACTIVE(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorOnline.class, StateKind.ACTIVE),
    EXECUTOR_REPLACED_DRAINING(Subject.EXECUTOR, StateKind.DRAINING, ExecutorOnline.class, StateKind.DRAINING),
    EXECUTOR_REPLACED_SUSPECT(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorOnline.class, StateKind.SUSPECT),
    EXECUTOR_GONE_BEFORE_NONE(Subject.EXECUTOR, StateKind.NONE, LeaseExpired.class, StateKind.NONE),
    EXECUTOR_GONE_BEFORE_ACTIVE(Subject.EXECUTOR, StateKind.ACTIVE, LeaseExpired.class, StateKind.ACTIVE),
    EXECUTOR_GONE_BEFORE_DRAINING(Subject.EXECUTOR, StateKind.DRAINING, LeaseExpired.class, StateKind.DRAINING),
    EXECUTOR_GONE_BEFORE_SUSPECT(Subject.EXECUTOR, StateKind.SUSPECT, LeaseExpired.class, StateKind.SUSPECT),
    EXECUTOR_STANDING_CONFIRMED_NONE(Subject.EXECUTOR, StateKind.NONE, ExecutorMarked.class, StateKind.NONE),
    EXECUTOR_STANDING_CONFIRMED_ACTIVE(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorMarked.class, StateKind.ACTIVE),
    EXECUTOR_STANDING_CONFIRMED_DRAINING(
            Subject.EXECUTOR, StateKind.DRAINING, ExecutorMarked.class, StateKind.DRAINING),
    EXECUTOR_STANDING_CONFIRMED_SUSPECT(Subject.EXECUTOR, StateKind.SUSPECT, ExecutorMarked.class, StateKind.SUSPECT),
    EXECUTOR_DRAINING_RENEWED(Subject.EXECUTOR, StateKind.DRAINING, ExecutorDraining.class, StateKind.DRAINING),
    EXECUTOR_LEFT(Subject.EXECUTOR, StateKind.ACTIVE, ExecutorOffline.class, StateKind.NONE),
    EXECUTOR_LEFT_DRAINING(Subject.EXECUTOR, StateKind.DRAINING, ExecutorOffline.class, StateKind.NONE),
    EXECUTOR_LOST(Subject.EXECUTOR, StateKind.ACTIVE, LeaseExpired.class, StateKind.NONE),
    EXECUTOR_LOST_DRAINING(Subject.EXECUTOR, StateKind.DRAINING, LeaseExpired.class, StateKind.NONE);

    public enum Subject {
        JOB,
        TASK,
        SCOPE,
        EXECUTOR
    }

    /** One job, task, scope or executor. */
    public record Entity(Subject subject, String id) {}

    /** The states as the diagram shows them. {@code NONE} stands for a job, task, scope or executor that does not exist. */
    public enum StateKind {
        NONE,
        SUBMITTED,
        RUNNING,
        CANCELLING,
        FINISHED,
        WAITING,
        LIVE,
        HEDGED,
        PENDING,
        SETTING_UP,
        TEARING_DOWN,
        CLOSED,
        QUARANTINED,
        ACTIVE,
        DRAINING,
        SUSPECT;

        static StateKind of(@Nullable ScopeState scope) {
            return scope == null ? NONE : valueOf(scope.phase().name());
        }

        static StateKind of(@Nullable JobState job) {
            if (job == null) {
                return NONE;
            }
            if (job instanceof JobState.Submitted) {
                return SUBMITTED;
            }
            if (job instanceof JobState.Running) {
                return RUNNING;
            }
            return job instanceof JobState.Cancelling ? CANCELLING : FINISHED;
        }

        static StateKind of(@Nullable TaskState task) {
            if (task == null) {
                return NONE;
            }
            if (task instanceof TaskState.Live live) {
                return live.attempts().size() > 1 ? HEDGED : LIVE;
            }
            return WAITING;
        }

        static StateKind of(@Nullable ExecutorView executor, @Nullable StandingOverride override) {
            if (executor == null) {
                return NONE;
            }
            if (executor.registration().draining() || (override != null && override.standing() == Standing.DRAINING)) {
                return DRAINING;
            }
            return override == null ? ACTIVE : SUSPECT;
        }
    }

    private static final Map<Subject, Map<Class<? extends Event>, Set<StateKind>>> ALLOWED =
            new EnumMap<>(Subject.class);

    static {
        for (Transition it : values()) {
            ALLOWED.computeIfAbsent(it.subject, subject -> new HashMap<>())
                    .computeIfAbsent(it.by, by -> EnumSet.noneOf(StateKind.class))
                    .add(it.from);
        }
    }

    private final Subject subject;
    private final StateKind from;
    private final Class<? extends Event> by;
    private final StateKind to;

    Transition(Subject subject, StateKind from, Class<? extends Event> by, StateKind to) {
        this.subject = subject;
        this.from = from;
        this.by = by;
        this.to = to;
    }

    /** Returns whether an event is allowed for a subject in a state. */
    static boolean isAllowed(Subject subject, StateKind from, Class<? extends Event> by) {
        Map<Class<? extends Event>, Set<StateKind>> ofSubject = ALLOWED.get(subject);
        Set<StateKind> allowed = ofSubject == null ? null : ofSubject.get(by);
        return allowed != null && allowed.contains(from);
    }

    public Subject subject() {
        return subject;
    }

    public StateKind from() {
        return from;
    }

    public Class<? extends Event> by() {
        return by;
    }

    public StateKind to() {
        return to;
    }
}
