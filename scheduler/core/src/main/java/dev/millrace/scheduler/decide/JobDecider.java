package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.JobCounters;
import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
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

/** Decides the immediate consequences of an input about a job. Reads the state and never changes it. */
final class JobDecider {
    /** How far the clock of a gateway may differ from that of the topics. */
    private static final long CLOCKS_DIFFER_MS = 3_600_000;

    private JobDecider() {}

    static DecisionResult submitted(PoolState state, JobSubmitted job, Now now) {
        return state.job(job.jobId()) != null || isForgotten(state, now.wallMs())
                ? DecisionResult.NOTHING
                : new Decisions(state)
                        .add(sequence -> admitted(state, JobInfo.of(job, sequence), job.specDigest()))
                        .emitted();
    }

    /** Returns whether an unknown job is so old that it may be one that has ended and been forgotten. Such a job must not run again. */
    private static boolean isForgotten(PoolState state, long submittedAtMs) {
        return state.clock().forgottenUpToMs() > 0
                && submittedAtMs <= state.clock().forgottenUpToMs();
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
            return new Decisions(state)
                    .add(sequence -> started(state, job, sequence))
                    .emitted();
        }
        // The plan of an old submission may be new: a planner that lost its position reads the topic again.
        if (known != null || isForgotten(state, Math.min(now.wallMs(), job.submittedAtMs() + CLOCKS_DIFFER_MS))) {
            return DecisionResult.NOTHING;
        }
        // The plan was read before the submission: there is no order between topics.
        return new Decisions(state)
                .add(sequence -> admitted(state, JobInfo.of(job, sequence), job.specDigest()))
                .add(sequence -> started(state, job, sequence))
                .emitted();
    }

    private static JobStarted started(PoolState state, JobPlanned job, long sequence) {
        return new JobStarted(
                job.jobId(),
                state.pool(),
                sequence,
                job.planDigest(),
                job.tasks(),
                job.failFast(),
                job.taskBytes(),
                job.scopes());
    }

    static DecisionResult rejected(PoolState state, JobRejected job, Now now) {
        JobState known = state.job(job.jobId());
        long submittedAtMs = Math.min(now.wallMs(), job.submittedAtMs() + CLOCKS_DIFFER_MS);
        if (known == null ? isForgotten(state, submittedAtMs) : !(known instanceof JobState.Submitted)) {
            return DecisionResult.NOTHING;
        }
        var decisions = new Decisions(state);
        if (known == null) {
            decisions.add(sequence -> admitted(state, JobInfo.of(job, sequence), job.specDigest()));
        }
        decisions.add(sequence -> completed(
                state, JobInfo.of(job, sequence), sequence, JobStatus.REJECTED, JobCounts.NONE, job.reason(), now, 0));
        return decisions.emitted();
    }

    static DecisionResult cancel(PoolState state, JobCancelRequested request) {
        JobState job = state.job(request.jobId());
        boolean open = job instanceof JobState.Running
                || (job instanceof JobState.Submitted submitted && submitted.cancelReason() == null);
        return open
                ? new Decisions(state)
                        .add(sequence -> new JobCancelling(
                                request.jobId(), state.pool(), sequence, request.by(), request.reason(), null))
                        .emitted()
                : DecisionResult.NOTHING;
    }

    /**
     * Accepts each task of the job's current run once, and in the order of its plan. Ignores every other task as a repetition. The tasks of
     * a plan are in order on their topic, so tasks that are skipped are lost.
     */
    static DecisionResult queued(PoolState state, TaskQueued task, Now now) {
        JobState known = state.job(task.jobId());
        RetryOf retryOf = task.retryOf();
        if (known instanceof JobState.Submitted submitted && retryOf == null) {
            return endedWithoutPlan(
                            state, submitted, JobStatus.INFRASTRUCTURE, "its plan never reached the scheduler", now)
                    .emitted();
        }
        int position = retryOf == null ? task.index() : retryOf.position();
        boolean expected = known instanceof JobState.Planned job
                && task.taskId().equals(Ids.taskId(task.jobId(), task.index()))
                && job.planDigest().equals(task.planDigest())
                && job.run() == (retryOf == null ? 0 : retryOf.run())
                && position >= job.counters().queuedUpTo()
                && position < job.counters().planned()
                && (task.role() == null) == (position < job.counters().counts().total());
        if (!expected || !(known instanceof JobState.Planned job)) {
            return DecisionResult.NOTHING;
        }
        var decisions = new Decisions(state);
        int lost = position - job.counters().queuedUpTo();
        if (lost > 0) {
            incomplete(decisions, job, lost);
        }
        if (retryOf != null) {
            decisions.add(sequence -> new TaskReopened(
                    task.taskId(), task.jobId(), state.pool(), sequence, retryOf.run(), null, "the job was retried"));
        }
        return decisions.accepted();
    }

    /** Decides that the next {@code tasks} tasks of the job's plan will never arrive. */
    static void incomplete(Decisions decisions, JobState.Planned job, int tasks) {
        decisions.add(sequence -> new JobIncomplete(
                job.info().jobId(),
                decisions.pool(),
                sequence,
                job.run(),
                job.counters().queuedUpTo(),
                tasks,
                tasks + (tasks == 1 ? " task" : " tasks") + " of its plan never reached the scheduler"));
    }

    /** Decides the end of a job that never got a plan, and so has no tasks. */
    static Decisions endedWithoutPlan(
            PoolState state, JobState.Submitted job, JobStatus status, String reason, Now now) {
        return new Decisions(state)
                .add(sequence -> completed(state, job.info(), sequence, status, JobCounts.NONE, reason, now, 0));
    }

    /**
     * Creates the event that ends a run of a job.
     *
     * @param run the highest run of any of its tasks
     */
    static JobCompleted completed(
            PoolState state,
            JobInfo info,
            long sequence,
            JobStatus status,
            JobCounts counts,
            String reason,
            Now now,
            int run) {
        return new JobCompleted(
                info.jobId(),
                state.pool(),
                sequence,
                info.owner(),
                info.name(),
                info.project(),
                status,
                counts,
                reason,
                info.submittedAtMs(),
                now.wallMs(),
                run == 0 ? null : run);
    }

    /**
     * Starts the next run of a job. The job must be finished, the run must be the next one, and the number of tasks must match the job's
     * counts; otherwise nothing happens.
     */
    static DecisionResult replanned(PoolState state, JobRetryPlanned job) {
        boolean sensible = state.job(job.jobId()) instanceof JobState.Finished finished
                && job.planDigest().equals(finished.planDigest())
                && job.run() == finished.run() + 1
                && job.tasks() > 0
                && job.tasks() == finished.toRetry(job.failedOnly());
        if (!sensible || !(state.job(job.jobId()) instanceof JobState.Finished finished)) {
            return DecisionResult.NOTHING;
        }
        return new Decisions(state)
                .add(sequence -> new JobRetryStarted(
                        job.jobId(),
                        state.pool(),
                        sequence,
                        job.by(),
                        job.run(),
                        job.failedOnly(),
                        job.tasks(),
                        JobCounters.kept(finished.counts(), job.failedOnly()),
                        job.taskBytes(),
                        job.scopes()))
                .emitted();
    }
}
