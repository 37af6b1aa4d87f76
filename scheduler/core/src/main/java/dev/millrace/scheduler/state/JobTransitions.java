package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobInfo;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes jobs: their states, their counts, and whether all tasks of their plans have arrived. */
final class JobTransitions {
    private final PoolState state;

    JobTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.on(JobAdmitted.class, Subject.JOB, JobAdmitted::jobId, this::admitted);
        all.on(JobStarted.class, Subject.JOB, JobStarted::jobId, this::started);
        all.on(JobCancelling.class, Subject.JOB, JobCancelling::jobId, this::cancelling);
        all.on(JobRetryStarted.class, Subject.JOB, JobRetryStarted::jobId, this::retryStarted);
        all.on(JobIncomplete.class, Subject.JOB, JobIncomplete::jobId, this::incomplete);
        all.on(JobCompleted.class, Subject.JOB, JobCompleted::jobId, this::completed);
        all.on(JobProgress.class, Subject.JOB, JobProgress::jobId, (it, now) -> state.pendingJobs()
                .told(it.jobId(), now.tickMs()));
    }

    private void admitted(JobAdmitted it, Now now) {
        state.jobs()
                .put(
                        it.jobId(),
                        new JobState.Submitted(
                                new JobInfo(
                                        it.jobId(),
                                        it.owner(),
                                        it.name(),
                                        it.project(),
                                        it.priority(),
                                        it.submittedAtMs(),
                                        it.sequence()),
                                null));
    }

    private void started(JobStarted it, Now now) {
        if (state.job(it.jobId()) instanceof JobState.Submitted job) {
            state.jobs()
                    .put(
                            it.jobId(),
                            job.planned(
                                    it.planDigest(),
                                    it.tasks(),
                                    it.scopes() == null ? 0 : it.scopes(),
                                    it.failFast() == null ? 0 : it.failFast()));
            state.pendingJobs().attend(it.jobId());
            expectTasks(it.jobId(), it.tasks(), it.taskBytes(), now);
        }
    }

    private void cancelling(JobCancelling it, Now now) {
        JobState job = state.job(it.jobId());
        if (job instanceof JobState.Submitted submitted) {
            state.jobs().put(it.jobId(), submitted.cancelled(it.reason()));
            state.arrivals().expect(it.jobId(), now.tickMs());
        } else if (job instanceof JobState.Running running) {
            forgetDoubts(it.jobId());
            state.jobs().put(it.jobId(), running.cancelled(it.reason(), Boolean.TRUE.equals(it.failedFast())));
            state.mutableScopes().touch(it.jobId());
            state.pendingJobs().attend(it.jobId());
        }
    }

    /** Keeps the verdicts that suspect executors gave on tasks of the job: these tasks are not run again. */
    private void forgetDoubts(String jobId) {
        state.mutableQuarantine()
                .toReopen()
                .removeIf(verdict -> verdict.task().jobId().equals(jobId));
    }

    /** Starts another run of a finished job, whose tasks arrive later. */
    private void retryStarted(JobRetryStarted it, Now now) {
        if (state.job(it.jobId()) instanceof JobState.Finished job) {
            state.jobs().put(it.jobId(), job.reopened(it));
            state.pendingJobs().attend(it.jobId());
            state.pendingJobs().progressed(it.jobId());
            expectTasks(it.jobId(), it.tasks(), it.taskBytes(), now);
        }
    }

    /** Expects the tasks of a job that has just started. */
    private void expectTasks(String jobId, int tasks, @Nullable Long taskBytes, Now now) {
        JobState job = state.job(jobId);
        if (job != null) {
            state.held()
                    .expect(jobId, job.info().owner(), taskBytes == null ? tasks * HeldBytes.TASK_BYTES : taskBytes);
        }
        state.arrivals().expect(jobId, now.tickMs());
    }

    private void incomplete(JobIncomplete it, Now now) {
        count(it.jobId(), job -> job.counted(job.counters().missed(it.position(), it.tasks())));
        state.pendingJobs().attend(it.jobId());
        arrived(it.jobId(), now);
    }

    /** Notes that a task of the job's plan has arrived, or will never arrive. */
    void arrived(String jobId, Now now) {
        if (state.job(jobId) instanceof JobState.Planned job && !job.counters().isWhole()) {
            state.arrivals().expect(jobId, now.tickMs());
        } else {
            allArrived(jobId);
        }
    }

    /** Notes that all tasks of a job have arrived, or are no longer expected. */
    private void allArrived(String jobId) {
        state.held().whole(jobId);
        state.arrivals().whole(jobId);
        state.mutableScopes().touch(jobId);
    }

    private void completed(JobCompleted it, Now now) {
        JobState job = state.job(it.jobId());
        if (job instanceof JobState.Planned planned) {
            finish(planned.finished(it.status(), it.finishedAtMs()));
        } else if (job instanceof JobState.Submitted submitted) {
            finish(submitted.finished(it.status(), it.finishedAtMs()));
        }
    }

    private void finish(JobState.Finished finished) {
        String jobId = finished.info().jobId();
        state.jobs().finish(finished);
        state.tasks().forget(jobId);
        state.mutableScopes().forget(jobId);
        forgetDoubts(jobId);
        state.pendingJobs().finished(jobId);
        allArrived(jobId);
    }

    /** Changes the counts of a job, and makes the change durable. */
    void count(String jobId, UnaryOperator<JobState.Planned> change) {
        recount(jobId, change);
        if (state.job(jobId) != null) {
            state.dirty().job(jobId);
        }
    }

    /** Changes the counts of a job without making the change durable: after a restart, these counts are computed again from the tasks. */
    void recount(String jobId, UnaryOperator<JobState.Planned> change) {
        if (state.job(jobId) instanceof JobState.Planned job) {
            state.jobs().replace(jobId, change.apply(job));
            state.pendingJobs().progressed(jobId);
        }
    }
}
