package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.JobCounters;
import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import java.util.ArrayList;

/** Decides what follows at once from an input about a job. Reads the state, never changes it. */
final class JobDecider {
    private JobDecider() {}

    static DecisionResult submitted(PoolState state, JobSubmitted job, Now now) {
        return state.job(job.jobId()) != null || isForgotten(state, now)
                ? DecisionResult.NOTHING
                : DecisionResult.emit(admitted(state, JobInfo.of(job, state.sequence() + 1), job.specDigest()));
    }

    /** An unknown job this old may be one that ended and is forgotten: it must not run again. */
    private static boolean isForgotten(PoolState state, Now now) {
        return state.clock().forgottenUpToMs() > 0
                && now.wallMs() <= state.clock().forgottenUpToMs();
    }

    private static JobAdmitted admitted(PoolState state, JobInfo info, Digest specDigest) {
        return new JobAdmitted(
                info.jobId(),
                state.pool(),
                info.admittedSequence(),
                info.owner(),
                info.name(),
                info.project(),
                info.priority(),
                specDigest,
                info.submittedAtMs());
    }

    static DecisionResult planned(PoolState state, JobPlanned job, Now now) {
        JobState known = state.job(job.jobId());
        if (known instanceof JobState.Submitted) {
            return DecisionResult.emit(started(state, job, state.sequence() + 1));
        }
        if (known != null || isForgotten(state, now)) {
            return DecisionResult.NOTHING;
        }
        // The plan overtook the submission: topics have no order among each other.
        long sequence = state.sequence();
        return DecisionResult.emit(
                admitted(state, JobInfo.of(job, sequence + 1), job.specDigest()), started(state, job, sequence + 2));
    }

    private static JobStarted started(PoolState state, JobPlanned job, long sequence) {
        return new JobStarted(
                job.jobId(), state.pool(), sequence, job.planDigest(), job.tasks(), job.failFast(), job.taskBytes());
    }

    static DecisionResult rejected(PoolState state, JobRejected job, Now now) {
        JobState known = state.job(job.jobId());
        if (known == null ? isForgotten(state, now) : !(known instanceof JobState.Submitted)) {
            return DecisionResult.NOTHING;
        }
        var events = new ArrayList<Event>();
        long sequence = state.sequence();
        if (known == null) {
            sequence++;
            events.add(admitted(state, JobInfo.of(job, sequence), job.specDigest()));
        }
        events.add(new JobCompleted(
                job.jobId(),
                state.pool(),
                sequence + 1,
                job.owner(),
                job.name(),
                job.project(),
                JobStatus.REJECTED,
                JobCounts.NONE,
                job.reason(),
                job.submittedAtMs(),
                now.wallMs(),
                null));
        return new DecisionResult(false, events);
    }

    static DecisionResult cancel(PoolState state, JobCancelRequested request) {
        JobState job = state.job(request.jobId());
        boolean open = job instanceof JobState.Running
                || (job instanceof JobState.Submitted submitted && submitted.cancelReason() == null);
        return open
                ? DecisionResult.emit(new JobCancelling(
                        request.jobId(), state.pool(), state.sequence() + 1, request.by(), request.reason(), null))
                : DecisionResult.NOTHING;
    }

    /**
     * The plan of the job's present run counts once, and in order; whatever else comes is a repetition. The tasks of a plan
     * follow one another on their topic, so those that were passed over are lost.
     */
    static DecisionResult queued(PoolState state, TaskQueued task, Now now) {
        JobState known = state.job(task.jobId());
        RetryOf retryOf = task.retryOf();
        if (known instanceof JobState.Submitted submitted && retryOf == null) {
            return DecisionResult.emit(endedWithoutPlan(
                    state, submitted, JobStatus.INFRASTRUCTURE, "its plan never reached the scheduler", now));
        }
        int position = retryOf == null ? task.index() : retryOf.position();
        boolean expected = known instanceof JobState.Planned job
                && task.taskId().equals(Ids.taskId(task.jobId(), task.index()))
                && job.planDigest().equals(task.planDigest())
                && job.run() == (retryOf == null ? 0 : retryOf.run())
                && position >= job.counters().queuedUpTo()
                && position < job.counters().counts().total();
        if (!expected || !(known instanceof JobState.Planned job)) {
            return DecisionResult.NOTHING;
        }
        var events = new ArrayList<Event>();
        int lost = position - job.counters().queuedUpTo();
        if (lost > 0) {
            events.add(incomplete(state, job, lost));
        }
        if (retryOf != null) {
            events.add(new TaskReopened(
                    task.taskId(),
                    task.jobId(),
                    state.pool(),
                    state.sequence() + 1 + events.size(),
                    retryOf.run(),
                    null,
                    "the job was retried"));
        }
        return new DecisionResult(true, events);
    }

    /** The next tasks of the job's plan will never come. */
    static JobIncomplete incomplete(PoolState state, JobState.Planned job, int tasks) {
        return new JobIncomplete(
                job.info().jobId(),
                state.pool(),
                state.sequence() + 1,
                job.run(),
                job.counters().queuedUpTo(),
                tasks,
                tasks + (tasks == 1 ? " task" : " tasks") + " of its plan never reached the scheduler");
    }

    /** The end of a job without tasks. */
    static JobCompleted endedWithoutPlan(
            PoolState state, JobState.Submitted job, JobStatus status, String reason, Now now) {
        JobInfo info = job.info();
        return new JobCompleted(
                info.jobId(),
                state.pool(),
                state.sequence() + 1,
                info.owner(),
                info.name(),
                info.project(),
                status,
                JobCounts.NONE,
                reason,
                info.submittedAtMs(),
                now.wallMs(),
                null);
    }

    /** Only a finished job runs again, each run once, and with as many tasks as its counts say. */
    static DecisionResult replanned(PoolState state, JobRetryPlanned job) {
        boolean sensible = state.job(job.jobId()) instanceof JobState.Finished finished
                && job.planDigest().equals(finished.planDigest())
                && job.run() == finished.run() + 1
                && job.tasks() > 0
                && job.tasks() == finished.toRetry(job.failedOnly());
        if (!sensible || !(state.job(job.jobId()) instanceof JobState.Finished finished)) {
            return DecisionResult.NOTHING;
        }
        return DecisionResult.emit(new JobRetryStarted(
                job.jobId(),
                state.pool(),
                state.sequence() + 1,
                job.by(),
                job.run(),
                job.failedOnly(),
                job.tasks(),
                JobCounters.kept(finished.counts(), job.failedOnly()),
                job.taskBytes()));
    }
}
