package dev.millrace.scheduler;

import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskCompleted;
import java.util.ArrayList;
import java.util.List;

/**
 * What is due by the state alone, one step at a time: verdicts of cancelled and expired tasks, ends of jobs, lost attempts,
 * placements, progress. Since each step is found from the state, work that exceeds the bound of one input simply goes on
 * with the next, also after a restart: the state is the cursor.
 */
final class FollowUps {
    private final CoreConfig config;
    private final Decider decider;
    private final Placement placement;

    FollowUps(CoreConfig config, Decider decider) {
        this.config = config;
        this.decider = decider;
        this.placement = new Placement(config);
    }

    /** The next events that are due, or none. */
    List<Event> next(PoolState state, long generation, boolean mayPlace, Now now) {
        List<Event> ends = endOfJob(state, now);
        if (!ends.isEmpty() || !mayPlace) {
            return ends;
        }
        return placement.next(state, generation, now);
    }

    /** What only the passage of time makes due. */
    List<Event> atTick(PoolState state, Now now) {
        for (ExecutorState executor : state.fleet().all()) {
            if (now.tickMs() - executor.lastHeardTick() > config.leaseMs()) {
                return decider.lose(state, executor, "not heard of for more than " + config.leaseMs() + " ms", now);
            }
            ExecutorState.Holding missing = executor.missing(config, now.tickMs());
            if (missing != null) {
                return missing(state, executor, missing, now);
            }
        }
        return expired(state, now);
    }

    /** Progress of jobs that changed since it was last told. */
    List<Event> progress(PoolState state, Now now) {
        if (now.tickMs() - state.lastProgressTick() < config.progressIntervalMs()) {
            return List.of();
        }
        int slots = state.fleet().slots();
        var events = new ArrayList<Event>();
        long sequence = state.sequence();
        for (String jobId : state.jobsWithProgress()) {
            if (events.size() >= config.maxEventsPerInput()) {
                break;
            }
            if (state.job(jobId) instanceof JobState.Planned job) {
                Long end = slots == 0 ? null : now.wallMs() + job.tally().remainingMs() / slots;
                events.add(new JobProgress(
                        jobId, state.pool(), ++sequence, job.tally().counts(), end));
            }
        }
        return events;
    }

    private List<Event> missing(PoolState state, ExecutorState executor, ExecutorState.Holding holding, Now now) {
        var events = new ArrayList<Event>();
        TaskState.Live live = state.live(holding.key().taskId());
        if (live != null && live.attemptKey().equals(holding.key())) {
            events.add(AttemptRules.ended(
                    state.pool(),
                    state.sequence() + 1,
                    config,
                    live,
                    Outcome.EXECUTOR_LOST,
                    "the executor does not list the attempt",
                    null,
                    now));
        }
        events.add(new AttemptRevoked(
                executor.id(),
                holding.key().taskId(),
                holding.key().attempt(),
                holding.key().epoch(),
                "not listed by its executor"));
        return events;
    }

    private List<Event> expired(PoolState state, Now now) {
        TaskState.Waiting task = state.backlog().any();
        if (task == null || now.tickMs() - state.unservedSinceTick() <= config.expireAfterMs()) {
            return List.of();
        }
        return List.of(AttemptRules.verdict(
                state.pool(),
                state.sequence() + 1,
                task,
                null,
                null,
                Outcome.EXPIRED,
                false,
                "no executor took work in pool '" + state.pool() + "' for " + config.expireAfterMs() / 60_000 + " min",
                null,
                now));
    }

    private List<Event> endOfJob(PoolState state, Now now) {
        for (String jobId : List.copyOf(state.jobsNeedingAttention())) {
            if (!(state.job(jobId) instanceof JobState.Planned job)) {
                state.settled(jobId);
                continue;
            }
            if (job.tally().complete()) {
                return List.of(completed(
                        state,
                        job.info(),
                        job instanceof JobState.Cancelling it
                                ? it.endsAs()
                                : job.tally().status(),
                        job.tally().counts(),
                        job instanceof JobState.Cancelling it
                                ? it.reason()
                                : summary(job.tally().counts()),
                        now));
            }
            if (job instanceof JobState.Running running && running.hasFailedFast()) {
                return List.of(new JobCancelling(
                        jobId,
                        state.pool(),
                        state.sequence() + 1,
                        "fail-fast",
                        "fail fast: " + running.tally().gatingFailed() + " tasks failed",
                        true));
            }
            if (job instanceof JobState.Cancelling cancelling
                    && !state.openTasks(jobId).isEmpty()) {
                return cancelNext(state, cancelling, now);
            }
            state.settled(jobId);
        }
        return List.of();
    }

    private static List<Event> cancelNext(PoolState state, JobState.Cancelling job, Now now) {
        String taskId = state.openTasks(job.info().jobId()).iterator().next();
        TaskState task = state.task(taskId);
        if (task == null) {
            throw new IllegalStateException("task " + taskId + " is listed as open but unknown");
        }
        var events = new ArrayList<Event>();
        TaskState.Live live = state.live(taskId);
        TaskCompleted verdict = AttemptRules.verdict(
                state.pool(),
                state.sequence() + 1,
                task,
                live == null ? null : live.epoch(),
                live == null ? null : live.executorId(),
                Outcome.CANCELLED,
                false,
                job.reason(),
                null,
                now);
        events.add(verdict);
        if (live != null) {
            events.add(new AttemptRevoked(
                    live.executorId(), taskId, live.ledger().attempts(), live.epoch(), "the job was cancelled"));
        }
        return events;
    }

    private static JobCompleted completed(
            PoolState state, JobInfo info, JobStatus status, JobCounts counts, String reason, Now now) {
        return new JobCompleted(
                info.jobId(),
                state.pool(),
                state.sequence() + 1,
                info.owner(),
                info.name(),
                info.project(),
                status,
                counts,
                reason,
                info.submittedAtMs(),
                now.wallMs());
    }

    private static String summary(JobCounts counts) {
        return counts.passed() + " of " + counts.total() + " tasks passed";
    }
}
