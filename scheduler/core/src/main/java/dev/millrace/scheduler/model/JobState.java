package dev.millrace.scheduler.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStatus;
import org.jspecify.annotations.Nullable;

/** The state of a job. Each transition is a method of the states that allow it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobState.Submitted.class, name = "submitted"),
    @JsonSubTypes.Type(value = JobState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = JobState.Cancelling.class, name = "cancelling"),
    @JsonSubTypes.Type(value = JobState.Finished.class, name = "finished")
})
public sealed interface JobState {
    JobInfo info();

    /** A job that waits for its plan. It may be cancelled before the plan arrives. */
    record Submitted(JobInfo info, @Nullable String cancelReason) implements JobState {
        public Submitted cancelled(String reason) {
            return new Submitted(info, reason);
        }

        public Planned planned(Digest planDigest, int tasks, int scopes, int failFast) {
            var running = new Running(info, planDigest, JobCounters.ofPlan(tasks, scopes), failFast, 0, 0);
            return cancelReason == null ? running : running.cancelled(cancelReason, false);
        }

        public Finished finished(JobStatus status, long finishedAtMs) {
            return new Finished(info, null, JobCounts.NONE, 0, 0, status, finishedAtMs);
        }
    }

    /** A job that has a plan and has not finished. */
    sealed interface Planned extends JobState permits Running, Cancelling {
        Digest planDigest();

        JobCounters counters();

        /** Returns the number of failed gating tasks at which the job is cancelled; 0 for never. */
        int failFast();

        /** Returns the run that its tasks were queued for; 0 for the first run. */
        int run();

        /** The highest run of any of its tasks. */
        int lastRun();

        Planned counted(JobCounters next);

        /** Notes that one of its tasks has reached run {@code taskRun}, which may be later than the job's own run. */
        Planned reachedRun(int taskRun);

        default Finished finished(JobStatus status, long finishedAtMs) {
            return new Finished(info(), planDigest(), counters().counts(), failFast(), lastRun(), status, finishedAtMs);
        }
    }

    /** A job whose tasks run or wait for their turn. */
    record Running(JobInfo info, Digest planDigest, JobCounters counters, int failFast, int run, int lastRun)
            implements Planned {
        @Override
        public Running counted(JobCounters next) {
            return new Running(info, planDigest, next, failFast, run, lastRun);
        }

        @Override
        public Running reachedRun(int taskRun) {
            return new Running(info, planDigest, counters, failFast, run, Math.max(lastRun, taskRun));
        }

        public boolean hasFailedFast() {
            return failFast > 0 && counters.gatingFailed() >= failFast;
        }

        public Cancelling cancelled(String reason, boolean failedFast) {
            return new Cancelling(info, planDigest, counters, failFast, run, lastRun, reason, failedFast);
        }
    }

    /** A job that is being cancelled: none of its tasks is dispatched any more, and those without a verdict get one step by step. */
    record Cancelling(
            JobInfo info,
            Digest planDigest,
            JobCounters counters,
            int failFast,
            int run,
            int lastRun,
            String reason,
            boolean failedFast)
            implements Planned {
        public JobStatus endsAs() {
            return failedFast ? counters.status() : JobStatus.CANCELLED;
        }

        @Override
        public Cancelling counted(JobCounters next) {
            return new Cancelling(info, planDigest, next, failFast, run, lastRun, reason, failedFast);
        }

        @Override
        public Cancelling reachedRun(int taskRun) {
            return new Cancelling(
                    info, planDigest, counters, failFast, run, Math.max(lastRun, taskRun), reason, failedFast);
        }
    }

    /**
     * The tombstone of a finished job: it keeps a replayed submission from running again, and lets a user retry the job.
     *
     * @param planDigest absent if there never was a plan
     * @param run the highest run of any of its tasks
     */
    record Finished(
            JobInfo info,
            @Nullable Digest planDigest,
            JobCounts counts,
            int failFast,
            int run,
            JobStatus status,
            long finishedAtMs)
            implements JobState {
        /** Returns how many tasks a retry runs again: those that did not pass, or all. */
        public int toRetry(boolean failedOnly) {
            return failedOnly ? counts.total() - counts.passed() : counts.total();
        }

        /** Starts the next run, which waits for its tasks to be queued. */
        public Running reopened(JobRetryStarted it) {
            if (planDigest == null) {
                throw new IllegalStateException("a job without a plan cannot run again: " + it);
            }
            return new Running(
                    info.resumedAt(it.sequence()),
                    planDigest,
                    JobCounters.ofRerun(it.counts(), it.tasks(), it.scopes() == null ? 0 : it.scopes()),
                    failFast,
                    it.run(),
                    it.run());
        }
    }
}
