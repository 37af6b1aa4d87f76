package dev.millrace.scheduler;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobReopened;
import dev.millrace.schemas.event.JobReplanned;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Rerun;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.TaskStarted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What follows at once from one input. Reads the state, never changes it. The events returned are in order and are all
 * applied before {@link FollowUps} is asked what else is due.
 */
final class Decider {
    /**
     * The answer to an input.
     *
     * @param accepted whether the input itself changes the state
     * @param events decisions and orders, to be applied and published
     */
    record Answer(boolean accepted, List<Event> events) {
        static final Answer NOTHING = new Answer(false, List.of());

        static Answer accept(Event... events) {
            return new Answer(true, List.of(events));
        }

        static Answer emit(Event... events) {
            return new Answer(false, List.of(events));
        }
    }

    private final CoreConfig config;

    Decider(CoreConfig config) {
        this.config = config;
    }

    Answer decide(PoolState state, Event input, Now now) {
        if (input instanceof AttemptReport report) {
            return report(state, report, now);
        }
        if (input instanceof ExecutorHeartbeat heartbeat) {
            return heartbeat(state, heartbeat);
        }
        if (input instanceof TaskQueued task) {
            return queued(state, task);
        }
        if (input instanceof JobSubmitted job) {
            return state.job(job.jobId()) != null
                    ? Answer.NOTHING
                    : Answer.emit(admitted(state, JobInfo.of(job, state.sequence() + 1), job.specDigest()));
        }
        if (input instanceof JobPlanned job) {
            return planned(state, job);
        }
        if (input instanceof JobReplanned job) {
            return replanned(state, job);
        }
        if (input instanceof JobRejected job) {
            return rejected(state, job, now);
        }
        if (input instanceof JobCancelRequested request) {
            return cancel(state, request);
        }
        if (input instanceof PoolSettingsRequested request) {
            return settings(state, request);
        }
        if (input instanceof OwnerQuotaRequested request) {
            return quota(state, request);
        }
        if (input instanceof ExecutorOnline online) {
            return online(state, online, now);
        }
        if (input instanceof ExecutorDraining draining) {
            return draining(state, draining);
        }
        if (input instanceof ExecutorStandingRequested request) {
            return standing(state, request);
        }
        if (input instanceof ExecutorOffline offline) {
            return isCurrent(state, offline.executorId(), offline.incarnation())
                    ? offline(state, offline, now)
                    : Answer.NOTHING;
        }
        return Answer.NOTHING;
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

    private static Answer planned(PoolState state, JobPlanned job) {
        JobState known = state.job(job.jobId());
        if (known instanceof JobState.Submitted) {
            return Answer.emit(started(state, job, state.sequence() + 1));
        }
        if (known != null) {
            return Answer.NOTHING;
        }
        // The plan overtook the submission: topics have no order among each other.
        long sequence = state.sequence();
        return Answer.emit(
                admitted(state, JobInfo.of(job, sequence + 1), job.specDigest()), started(state, job, sequence + 2));
    }

    private static JobStarted started(PoolState state, JobPlanned job, long sequence) {
        return new JobStarted(job.jobId(), state.pool(), sequence, job.planDigest(), job.tasks(), job.failFast());
    }

    private static Answer rejected(PoolState state, JobRejected job, Now now) {
        JobState known = state.job(job.jobId());
        if (known != null && !(known instanceof JobState.Submitted)) {
            return Answer.NOTHING;
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
        return new Answer(false, events);
    }

    private static Answer cancel(PoolState state, JobCancelRequested request) {
        JobState job = state.job(request.jobId());
        boolean open = job instanceof JobState.Running
                || (job instanceof JobState.Submitted submitted && submitted.cancelReason() == null);
        return open
                ? Answer.emit(new JobCancelling(
                        request.jobId(), state.pool(), state.sequence() + 1, request.by(), request.reason(), null))
                : Answer.NOTHING;
    }

    private static Answer settings(PoolState state, PoolSettingsRequested request) {
        int urgentShare = request.urgentSharePercent() == null
                ? state.policy().urgentSharePercent()
                : request.urgentSharePercent();
        int hedgePercent = request.hedgePercent() == null ? state.policy().hedgePercent() : request.hedgePercent();
        return isPercentage(urgentShare) && isPercentage(hedgePercent)
                ? Answer.emit(new PoolSettingsChanged(
                        state.pool(), state.sequence() + 1, request.by(), urgentShare, hedgePercent))
                : Answer.NOTHING;
    }

    private static boolean isPercentage(int number) {
        return number >= 0 && number <= 100;
    }

    private static Answer quota(PoolState state, OwnerQuotaRequested request) {
        boolean sensible =
                request.weight() >= 1 && request.weight() <= OwnerAccount.MAX_WEIGHT && request.maxSlots() >= 0;
        return sensible
                ? Answer.emit(new OwnerQuotaChanged(
                        state.pool(),
                        state.sequence() + 1,
                        request.by(),
                        request.owner(),
                        request.weight(),
                        request.maxSlots()))
                : Answer.NOTHING;
    }

    /** The plan of the job's present run counts once, and in order; whatever else comes is a repetition. */
    private static Answer queued(PoolState state, TaskQueued task) {
        Rerun rerun = task.rerun();
        boolean expected = state.job(task.jobId()) instanceof JobState.Planned job
                && task.taskId().equals(Ids.taskId(task.jobId(), task.index()))
                && job.planDigest().equals(task.planDigest())
                && job.run() == (rerun == null ? 0 : rerun.run())
                && job.tally().queuedUpTo() == (rerun == null ? task.index() : rerun.position())
                && job.tally().queuedUpTo() < job.tally().counts().total();
        if (!expected) {
            return Answer.NOTHING;
        }
        return rerun == null
                ? Answer.accept()
                : Answer.accept(new TaskReopened(
                        task.taskId(),
                        task.jobId(),
                        state.pool(),
                        state.sequence() + 1,
                        rerun.run(),
                        null,
                        "the job was retried"));
    }

    /** Only a finished job runs again, each run once, and with as many tasks as its counts say. */
    private static Answer replanned(PoolState state, JobReplanned job) {
        boolean sensible = state.job(job.jobId()) instanceof JobState.Finished finished
                && job.planDigest().equals(finished.planDigest())
                && job.run() == finished.run() + 1
                && job.tasks() > 0
                && job.tasks() == finished.toRetry(job.failedOnly());
        if (!sensible || !(state.job(job.jobId()) instanceof JobState.Finished finished)) {
            return Answer.NOTHING;
        }
        return Answer.emit(new JobReopened(
                job.jobId(),
                state.pool(),
                state.sequence() + 1,
                job.by(),
                job.run(),
                job.failedOnly(),
                job.tasks(),
                Tally.kept(finished.counts(), job.failedOnly())));
    }

    private Answer online(PoolState state, ExecutorOnline online, Now now) {
        ExecutorState before = state.executor(online.executorId());
        var rules = new AttemptRules(state, config, now);
        if (before != null) {
            Registration known = before.registration();
            if (known.incarnation().equals(online.incarnation()) && known.draining()) {
                return Answer.accept(backAgain(state, online));
            }
            if (known.incarnation().equals(online.incarnation())
                    || known.superseded().contains(online.incarnation())) {
                return Answer.NOTHING;
            }
            lose(rules, state, before, "the executor came back as a new incarnation");
        }
        Mark mark = state.mark(online.executorId());
        rules.add(new ExecutorJoined(
                online.executorId(),
                state.pool(),
                rules.nextSequence(),
                online.incarnation(),
                online.slots(),
                online.host(),
                online.labels(),
                online.capacity(),
                mark == null ? Standing.ACTIVE : mark.standing(),
                mark == null ? null : mark.reason(),
                online.taskSettings()));
        return new Answer(true, rules.events());
    }

    /** It takes work again, as far as others let it. */
    private static Event backAgain(PoolState state, ExecutorOnline online) {
        Mark mark = state.mark(online.executorId());
        return marked(
                state,
                1,
                online.executorId(),
                mark == null ? Standing.ACTIVE : mark.standing(),
                mark == null ? ExecutorMarked.BY_ITSELF : mark.by(),
                mark == null ? "it takes work again" : mark.reason());
    }

    private Answer offline(PoolState state, ExecutorOffline offline, Now now) {
        ExecutorState executor = state.executor(offline.executorId());
        return executor == null
                ? Answer.NOTHING
                : new Answer(true, lose(state, executor, "the executor went offline", now));
    }

    private static Answer draining(PoolState state, ExecutorDraining draining) {
        ExecutorState executor = state.executor(draining.executorId(), draining.incarnation());
        if (executor == null
                || (executor.registration().draining()
                        && draining.reason().equals(executor.registration().drainReason()))) {
            return Answer.NOTHING;
        }
        return Answer.accept(marked(
                state, 1, draining.executorId(), Standing.DRAINING, ExecutorMarked.BY_ITSELF, draining.reason()));
    }

    private static Answer standing(PoolState state, ExecutorStandingRequested request) {
        ExecutorState executor = state.executor(request.executorId());
        Mark mark = state.mark(request.executorId());
        boolean leaving = executor != null && executor.registration().draining();
        String why = executor == null ? null : executor.registration().drainReason();
        if (leaving && mark != null && request.standing() == Standing.ACTIVE) {
            // Wanted again or not, it takes no more until it says so.
            return Answer.emit(
                    marked(state, 1, request.executorId(), Standing.ACTIVE, request.by(), request.reason()),
                    marked(
                            state,
                            2,
                            request.executorId(),
                            Standing.DRAINING,
                            ExecutorMarked.BY_ITSELF,
                            why == null ? "it takes no work until it says so or is started again" : why));
        }
        Standing present = mark == null ? Standing.ACTIVE : mark.standing();
        boolean sensible = request.standing() != Standing.SUSPECT && request.standing() != present;
        return sensible
                ? Answer.emit(
                        marked(state, 1, request.executorId(), request.standing(), request.by(), request.reason()))
                : Answer.NOTHING;
    }

    private static ExecutorMarked marked(
            PoolState state, int offset, String executorId, Standing standing, String by, String reason) {
        return new ExecutorMarked(executorId, state.pool(), state.sequence() + offset, standing, by, reason, List.of());
    }

    /** The end of an incarnation: its lease, and with it every live attempt it held. */
    List<Event> lose(PoolState state, ExecutorState executor, String reason, Now now) {
        var rules = new AttemptRules(state, config, now);
        lose(rules, state, executor, reason);
        return rules.events();
    }

    private static void lose(AttemptRules rules, PoolState state, ExecutorState executor, String reason) {
        var lost = new LinkedHashMap<TaskState.Live, LiveAttempt>();
        for (ExecutorState.Holding holding : executor.holdings()) {
            TaskState.Live live = state.live(holding.key().taskId());
            LiveAttempt attempt = live == null ? null : live.attempt(holding.key());
            if (live != null && attempt != null) {
                lost.put(live, attempt);
            }
        }
        rules.add(new LeaseExpired(
                executor.id(),
                state.pool(),
                rules.nextSequence(),
                executor.registration().incarnation(),
                reason,
                lost.keySet().stream().map(task -> task.info().taskId()).toList()));
        lost.forEach((task, attempt) -> rules.ended(task, attempt, Outcome.EXECUTOR_LOST, reason, null));
    }

    private static boolean isCurrent(PoolState state, String executorId, String incarnation) {
        ExecutorState executor = state.executor(executorId);
        return executor != null && executor.registration().incarnation().equals(incarnation);
    }

    private static Answer heartbeat(PoolState state, ExecutorHeartbeat heartbeat) {
        ExecutorState executor = state.executor(heartbeat.executorId());
        if (executor == null) {
            return Answer.NOTHING;
        }
        boolean current = executor.registration().incarnation().equals(heartbeat.incarnation());
        var revocations = new ArrayList<Event>();
        if (heartbeat.attempts() != null) {
            for (AttemptKey key : heartbeat.attempts()) {
                TaskState.Live live = state.live(key.taskId());
                if (!current || live == null || live.attempt(key) == null) {
                    revocations.add(new AttemptRevoked(
                            executor.id(),
                            key.taskId(),
                            key.attempt(),
                            key.epoch(),
                            current
                                    ? "the scheduler does not know this attempt"
                                    : "another incarnation has taken this executor's place"));
                }
            }
        }
        return new Answer(current, revocations);
    }

    private Answer report(PoolState state, AttemptReport report, Now now) {
        TaskState.Live live = state.live(report.taskId());
        LiveAttempt attempt = live == null ? null : live.attempt(report.attemptKey());
        boolean current = attempt != null
                && attempt.executorId().equals(report.executorId())
                && attempt.incarnation().equals(report.incarnation());
        if (!current || live == null || attempt == null) {
            return report instanceof AttemptStarted
                    ? Answer.accept(new AttemptRevoked(
                            report.executorId(),
                            report.taskId(),
                            report.attempt(),
                            report.epoch(),
                            "the attempt is not live any more"))
                    : Answer.accept();
        }
        if (report instanceof AttemptStarted started) {
            return Answer.accept(new TaskStarted(
                    started.taskId(),
                    started.jobId(),
                    state.pool(),
                    state.sequence() + 1,
                    started.attempt(),
                    started.epoch(),
                    started.executorId(),
                    started.slot(),
                    started.startedAtMs()));
        }
        var rules = new AttemptRules(state, config, now);
        if (report instanceof AttemptReturned returned) {
            rules.ended(live, attempt, Outcome.RETURNED, returned.reason(), null);
        } else {
            AttemptResult result = ((AttemptFinished) report).result();
            String reason = result.reason() == null ? result.outcome().wireName() : result.reason();
            rules.ended(live, attempt, result.outcome(), reason, result);
        }
        return new Answer(true, rules.events());
    }
}
