package dev.millrace.scheduler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.JobStatus;
import org.jspecify.annotations.Nullable;

/** Where a job is. Each transition is a method of the states that allow it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobState.Submitted.class, name = "submitted"),
    @JsonSubTypes.Type(value = JobState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = JobState.Cancelling.class, name = "cancelling"),
    @JsonSubTypes.Type(value = JobState.Finished.class, name = "finished")
})
public sealed interface JobState {
    /** Waits for its plan; may be cancelled before it comes. */
    record Submitted(JobInfo info, @Nullable String cancelReason) implements JobState {
        Submitted cancelled(String reason) {
            return new Submitted(info, reason);
        }

        Planned planned(Digest planDigest, int tasks, int failFast) {
            var running = new Running(info, planDigest, Tally.ofPlan(tasks), failFast);
            return cancelReason == null ? running : running.cancelled(cancelReason, false);
        }

        Finished finished(JobStatus status, long finishedAtMs) {
            return new Finished(info.jobId(), status, finishedAtMs);
        }
    }

    /** Has a plan and tasks without a verdict. */
    sealed interface Planned extends JobState permits Running, Cancelling {
        JobInfo info();

        Digest planDigest();

        Tally tally();

        Planned counted(Tally next);

        default Finished finished(JobStatus status, long finishedAtMs) {
            return new Finished(info().jobId(), status, finishedAtMs);
        }
    }

    /**
     * @param failFast failed gating tasks at which the job is given up; 0 for never
     */
    record Running(JobInfo info, Digest planDigest, Tally tally, int failFast) implements Planned {
        @Override
        public Running counted(Tally next) {
            return new Running(info, planDigest, next, failFast);
        }

        boolean hasFailedFast() {
            return failFast > 0 && tally.gatingFailed() >= failFast;
        }

        Cancelling cancelled(String reason, boolean failedFast) {
            return new Cancelling(info, planDigest, tally, reason, failedFast);
        }
    }

    /** No dispatch any more; what has no verdict yet gets it step by step. */
    record Cancelling(JobInfo info, Digest planDigest, Tally tally, String reason, boolean failedFast)
            implements Planned {
        JobStatus endsAs() {
            return failedFast ? tally.status() : JobStatus.CANCELLED;
        }

        @Override
        public Cancelling counted(Tally next) {
            return new Cancelling(info, planDigest, next, reason, failedFast);
        }
    }

    /** A tombstone: keeps a replayed submission from running again. */
    record Finished(String jobId, JobStatus status, long finishedAtMs) implements JobState {}
}
