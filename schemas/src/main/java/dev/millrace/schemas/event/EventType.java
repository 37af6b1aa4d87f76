package dev.millrace.schemas.event;

import dev.millrace.schemas.topic.Topic;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The registry of all events that are published, with the record class, the CloudEvents type and the topic of each. */
public enum EventType {
    JOB_SUBMITTED(JobSubmitted.class, "job.submitted", Topic.JOBS),
    JOB_CANCEL_REQUESTED(JobCancelRequested.class, "job.cancel-requested", Topic.JOBS),
    JOB_RETRY_REQUESTED(JobRetryRequested.class, "job.retry-requested", Topic.JOBS),
    POOL_SETTINGS_REQUESTED(PoolSettingsRequested.class, "pool.settings-requested", Topic.JOBS),
    OWNER_QUOTA_REQUESTED(OwnerQuotaRequested.class, "owner.quota-requested", Topic.JOBS),
    EXECUTOR_STANDING_REQUESTED(ExecutorStandingRequested.class, "executor.standing-requested", Topic.JOBS),
    DOMAIN_RELEASE_REQUESTED(DomainReleaseRequested.class, "domain.release-requested", Topic.JOBS),
    JOB_PLANNED(JobPlanned.class, "job.planned", Topic.QUEUE),
    JOB_RETRY_PLANNED(JobRetryPlanned.class, "job.retry-planned", Topic.QUEUE),
    TASK_QUEUED(TaskQueued.class, "task.queued", Topic.QUEUE),
    JOB_REJECTED(JobRejected.class, "job.rejected", Topic.QUEUE),
    /** Published on the urgent, normal or bulk topic, depending on its priority. */
    TASK_DISPATCHED(TaskDispatched.class, "task.dispatched", Topic.TASKS_NORMAL),
    ATTEMPT_STARTED(AttemptStarted.class, "attempt.started", Topic.ATTEMPTS),
    ATTEMPT_FINISHED(AttemptFinished.class, "attempt.finished", Topic.ATTEMPTS),
    ATTEMPT_RETURNED(AttemptReturned.class, "attempt.returned", Topic.ATTEMPTS),
    GENERATION_STARTED(GenerationStarted.class, "generation.started", Topic.DECISIONS),
    JOB_ADMITTED(JobAdmitted.class, "job.admitted", Topic.DECISIONS),
    JOB_STARTED(JobStarted.class, "job.started", Topic.DECISIONS),
    JOB_CANCELLING(JobCancelling.class, "job.cancelling", Topic.DECISIONS),
    JOB_RETRY_STARTED(JobRetryStarted.class, "job.retry-started", Topic.DECISIONS),
    JOB_INCOMPLETE(JobIncomplete.class, "job.incomplete", Topic.DECISIONS),
    JOB_PROGRESS(JobProgress.class, "job.progress", Topic.DECISIONS),
    TASK_PLACED(TaskPlaced.class, "task.placed", Topic.DECISIONS),
    TASK_HEDGED(TaskHedged.class, "task.hedged", Topic.DECISIONS),
    EXECUTOR_RESERVED(ExecutorReserved.class, "executor.reserved", Topic.DECISIONS),
    TASK_STARTED(TaskStarted.class, "task.started", Topic.DECISIONS),
    ATTEMPT_DROPPED(AttemptDropped.class, "task.attempt-dropped", Topic.DECISIONS),
    RETRY_SCHEDULED(RetryScheduled.class, "task.retry-scheduled", Topic.DECISIONS),
    EXECUTOR_JOINED(ExecutorJoined.class, "executor.joined", Topic.DECISIONS),
    EXECUTOR_MARKED(ExecutorMarked.class, "executor.marked", Topic.DECISIONS),
    TASK_REOPENED(TaskReopened.class, "task.reopened", Topic.DECISIONS),
    LEASE_EXPIRED(LeaseExpired.class, "executor.lease-expired", Topic.DECISIONS),
    POOL_SETTINGS_CHANGED(PoolSettingsChanged.class, "pool.settings-changed", Topic.DECISIONS),
    OWNER_QUOTA_CHANGED(OwnerQuotaChanged.class, "owner.quota-changed", Topic.DECISIONS),
    SCOPE_OPENED(ScopeOpened.class, "scope.opened", Topic.DECISIONS),
    SCOPE_ACTIVATED(ScopeActivated.class, "scope.activated", Topic.DECISIONS),
    SCOPE_DRAINING(ScopeDraining.class, "scope.draining", Topic.DECISIONS),
    SCOPE_HOLD_WARNED(ScopeHoldWarned.class, "scope.hold-warned", Topic.DECISIONS),
    SCOPE_TEARING_DOWN(ScopeTearingDown.class, "scope.tearing-down", Topic.DECISIONS),
    SCOPE_CLOSED(ScopeClosed.class, "scope.closed", Topic.DECISIONS),
    SCOPE_QUARANTINED(ScopeQuarantined.class, "scope.quarantined", Topic.DECISIONS),
    DOMAIN_RELEASED(DomainReleased.class, "domain.released", Topic.DECISIONS),
    TASK_COMPLETED(TaskCompleted.class, "task.completed", Topic.COMPLETIONS),
    JOB_COMPLETED(JobCompleted.class, "job.completed", Topic.COMPLETIONS),
    ATTEMPT_REVOKED(AttemptRevoked.class, "attempt.revoked", Topic.CONTROL),
    EXECUTOR_ONLINE(ExecutorOnline.class, "executor.online", Topic.EXECUTORS),
    EXECUTOR_HEARTBEAT(ExecutorHeartbeat.class, "executor.heartbeat", Topic.EXECUTORS),
    EXECUTOR_DRAINING(ExecutorDraining.class, "executor.draining", Topic.EXECUTORS),
    EXECUTOR_OFFLINE(ExecutorOffline.class, "executor.offline", Topic.EXECUTORS),
    TICK(Tick.class, "tick", Topic.EXECUTORS),
    OUTPUT_CHUNK(OutputChunk.class, "output.chunk", Topic.LOGS);

    private static final Map<Class<?>, EventType> BY_CLASS = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(type -> type.recordClass, Function.identity()));
    private static final Map<String, EventType> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(type -> type.wireName, Function.identity()));

    private final Class<? extends Event> recordClass;
    private final String wireName;
    private final Topic topic;

    EventType(Class<? extends Event> recordClass, String name, Topic topic) {
        this.recordClass = recordClass;
        this.wireName = "dev.millrace." + name + ".v1";
        this.topic = topic;
    }

    public static EventType of(Event event) {
        EventType type = BY_CLASS.get(event.getClass());
        if (type == null) {
            throw new IllegalStateException(event.getClass() + " is not registered");
        }
        return type;
    }

    public static Optional<EventType> named(String wireName) {
        return Optional.ofNullable(BY_NAME.get(wireName));
    }

    public Class<? extends Event> recordClass() {
        return recordClass;
    }

    /** The CloudEvents type, such as {@code dev.millrace.task.completed.v1}. */
    public String wireName() {
        return wireName;
    }

    /**
     * Returns the topic that the event is published on. Dispatches have three topics; see {@link
     * dev.millrace.schemas.codec.EventRouting#topicOf}.
     */
    public Topic topic() {
        return topic;
    }
}
