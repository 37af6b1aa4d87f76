package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.schemas.event.AttemptKey;

/**
 * Puts the stored jobs, tasks and revoked attempts back into a state that already contains the executors and owners. An instance is for one
 * use.
 */
final class Resumption {
    private final PoolState state;
    private final long tick;

    Resumption(PoolState state, long tick) {
        this.state = state;
        this.tick = tick;
    }

    void job(JobState job) {
        String jobId = job.info().jobId();
        if (job instanceof JobState.Submitted submitted && submitted.cancelReason() != null) {
            state.arrivals().expect(jobId, tick);
        } else if (job instanceof JobState.Planned) {
            state.pendingJobs().attend(jobId);
            state.pendingJobs().progressed(jobId);
            state.arrivals().expect(jobId, tick);
        }
    }

    /** Continues a job after its restored tasks were counted: notes whether further tasks are expected. */
    void whole(JobState job) {
        if (!(job instanceof JobState.Planned planned)) {
            return;
        }
        String jobId = planned.info().jobId();
        if (planned.counters().isWhole()) {
            state.held().whole(jobId);
            state.arrivals().whole(jobId);
        } else {
            int missing = planned.counters().planned() - planned.counters().queuedUpTo();
            state.held().expect(jobId, planned.info().owner(), missing * HeldBytes.TASK_BYTES);
        }
    }

    void task(TaskState task) {
        state.tasks().set(task);
        if (task instanceof TaskState.Live live) {
            resume(live);
        }
    }

    private void resume(TaskState.Live task) {
        String taskId = task.info().taskId();
        for (LiveAttempt attempt : task.attempts()) {
            state.mutableBacklog().settlements().resumed(task.info(), attempt, tick);
            ExecutorState executor = state.mutableFleet().get(attempt.executorId(), attempt.incarnation());
            if (executor == null) {
                state.orphans().add(attempt.key(taskId), tick);
            }
            state.mutableFleet()
                    .change(
                            executor,
                            holder -> holder.resume(
                                    attempt.key(taskId),
                                    attempt.slots(),
                                    task.info().isBrief(),
                                    tick));
        }
        if (task.attempts().size() > 1) {
            state.stragglers().hedged(taskId, task.attempts().get(1).slots());
        } else {
            state.stragglers().watch(task, tick);
        }
    }

    /** Counts the restored tasks of each job again. */
    void recount() {
        for (String jobId : state.tasks().jobs()) {
            if (state.job(jobId) instanceof JobState.Planned job) {
                state.jobs().replace(jobId, state.tasks().recounted(jobId, job, state.scopes()));
                state.pendingJobs().progressed(jobId);
            }
        }
    }

    /** Restores a revoked attempt, which still holds its slots. If its executor is gone, its slots are free and the attempt is dropped. */
    void revoked(RevokedAttempt it) {
        LiveAttempt attempt = it.attempt();
        ExecutorState executor = state.mutableFleet().get(attempt.executorId(), attempt.incarnation());
        if (executor != null) {
            AttemptKey key = attempt.key(it.taskId());
            state.revoked().resume(it, tick);
            state.mutableFleet().change(executor, holder -> {
                holder.resume(key, attempt.slots(), it.brief(), tick);
                holder.revoke(key, tick);
            });
        }
    }
}
