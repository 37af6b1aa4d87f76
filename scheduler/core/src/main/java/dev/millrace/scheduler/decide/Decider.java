package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Request;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.event.Tick;

/**
 * Decides the immediate consequences of one input. Reads the state and never changes it. The returned events are in order, and all of them
 * are applied before {@link FollowUps} finds out what else is due.
 */
public final class Decider {
    private final CoreConfig config;
    private final ExecutorDecider executors;

    public Decider(CoreConfig config, ExecutorDecider executors) {
        this.config = config;
        this.executors = executors;
    }

    public DecisionResult decide(PoolState state, Event input, Now now) {
        if (input instanceof Tick) {
            return DecisionResult.accept();
        }
        if (input instanceof AttemptReport report) {
            return report(state, report, now);
        }
        if (input instanceof ExecutorHeartbeat heartbeat) {
            return executors.heartbeat(state, heartbeat);
        }
        if (input instanceof TaskQueued task) {
            return JobDecider.queued(state, task, now);
        }
        if (input instanceof Request request) {
            return request(state, request, now);
        }
        if (input instanceof JobPlanned job) {
            return JobDecider.planned(state, job, now);
        }
        if (input instanceof JobRetryPlanned job) {
            return JobDecider.replanned(state, job);
        }
        if (input instanceof JobRejected job) {
            return JobDecider.rejected(state, job, now);
        }
        if (input instanceof ExecutorOnline online) {
            return executors.online(state, online, now);
        }
        if (input instanceof ExecutorDraining draining) {
            return ExecutorDecider.draining(state, draining);
        }
        if (input instanceof ExecutorOffline offline) {
            return ExecutorDecider.offline(state, offline);
        }
        return DecisionResult.NOTHING;
    }

    private static DecisionResult request(PoolState state, Request input, Now now) {
        if (input instanceof JobSubmitted job) {
            return JobDecider.submitted(state, job, now);
        }
        if (input instanceof JobCancelRequested request) {
            return JobDecider.cancel(state, request);
        }
        if (input instanceof PoolSettingsRequested request) {
            return settings(state, request);
        }
        if (input instanceof OwnerQuotaRequested request) {
            return quota(state, request);
        }
        if (input instanceof DomainReleaseRequested request) {
            return ScopeDecider.release(state, request);
        }
        if (input instanceof ExecutorStandingRequested request) {
            return ExecutorDecider.standing(state, request);
        }
        // The request to retry a job: the planner turns it into the tasks that run again.
        return DecisionResult.NOTHING;
    }

    private static DecisionResult settings(PoolState state, PoolSettingsRequested request) {
        int urgentShare = request.urgentSharePercent() == null
                ? state.policy().urgentSharePercent()
                : request.urgentSharePercent();
        int hedgePercent = request.hedgePercent() == null ? state.policy().hedgePercent() : request.hedgePercent();
        return isPercentage(urgentShare) && isPercentage(hedgePercent)
                ? new Decisions(state)
                        .add(sequence -> new PoolSettingsChanged(
                                state.pool(), sequence, request.by(), urgentShare, hedgePercent))
                        .emitted()
                : DecisionResult.NOTHING;
    }

    private static boolean isPercentage(int number) {
        return number >= 0 && number <= 100;
    }

    private static DecisionResult quota(PoolState state, OwnerQuotaRequested request) {
        boolean sensible =
                request.weight() >= 1 && request.weight() <= OwnerAccount.MAX_WEIGHT && request.maxSlots() >= 0;
        return sensible
                ? new Decisions(state)
                        .add(sequence -> new OwnerQuotaChanged(
                                state.pool(),
                                sequence,
                                request.by(),
                                request.owner(),
                                request.weight(),
                                request.maxSlots()))
                        .emitted()
                : DecisionResult.NOTHING;
    }

    private DecisionResult report(PoolState state, AttemptReport report, Now now) {
        TaskState.Live live = state.live(report.taskId());
        LiveAttempt attempt = live == null ? null : live.attempt(report.attemptKey());
        boolean current = attempt != null
                && attempt.executorId().equals(report.executorId())
                && attempt.incarnation().equals(report.incarnation());
        if (!current || live == null || attempt == null) {
            return report instanceof AttemptStarted
                    ? DecisionResult.accept(new AttemptRevoked(
                            report.executorId(),
                            report.taskId(),
                            report.attempt(),
                            report.epoch(),
                            "the attempt is not live any more"))
                    : DecisionResult.accept();
        }
        if (report instanceof AttemptStarted started) {
            return new Decisions(state)
                    .add(sequence -> new TaskStarted(
                            started.taskId(),
                            live.info().jobId(),
                            state.pool(),
                            sequence,
                            started.attempt(),
                            started.epoch(),
                            started.executorId(),
                            started.slot(),
                            started.startedAtMs()))
                    .accepted();
        }
        var rules = new AttemptRules(state, config, now);
        if (report instanceof AttemptReturned returned) {
            rules.ended(live, attempt, Outcome.RETURNED, returned.reason(), null);
        } else {
            AttemptResult result = ((AttemptFinished) report).result();
            if (result.outcome() == Outcome.CANCELLED) {
                // The task was not cancelled: the scheduler recalled this attempt, but it had already started.
                rules.ended(live, attempt, Outcome.RETURNED, "called back after its start", null);
                return rules.decisions().accepted();
            }
            String reason = result.reason() == null ? result.outcome().wireName() : result.reason();
            rules.ended(live, attempt, result.outcome(), reason, result);
        }
        return rules.decisions().accepted();
    }
}
