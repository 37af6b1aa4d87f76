package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.JobCounters;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.scheduler.state.fleet.Holding;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is due, one step at a time and from the state alone: verdicts of cancelled and expired tasks, ends of jobs, lost attempts,
 * placements, progress. Because only the state determines the next step, work that exceeds the event limit of one input continues with the
 * next input, also after a restart.
 */
public final class FollowUps {
    /**
     * After this many steps that end jobs, a placement is tried: a cancelled job can have any number of tasks, and other jobs must not wait
     * for all of its verdicts. The number is more than 1, because a search that finds nothing costs more than a verdict.
     */
    private static final int ENDS_FOR_A_PLACEMENT = 8;

    private final CoreConfig config;
    private final ExecutorDecider executors;
    private final QuarantineDecider judgements = new QuarantineDecider();
    private final Placement placement;
    private final Hedging hedging = new Hedging();
    private final ScopeDecider scopes;
    private final FollowUpFailures failures;
    private final Publisher publisher;

    /** The number of steps that ended jobs, since this input began or since a placement was last tried between them. */
    private int endsInARow;

    /** The names of the steps that failed since the input began. They are not tried again for this input. */
    private final Set<String> failed = new HashSet<>();

    /**
     * Why tasks expire in this tick, by their needs. Kept because a thousand tasks may have the same reason, and finding it means a search
     * through all kinds of executors.
     */
    private final Map<Needs, String> reasons = new HashMap<>();

    /** The needs whose tasks expire in this tick; null until the first of them is needed. */
    private @Nullable Deque<Needs> overdue;

    public FollowUps(CoreConfig config, ExecutorDecider executors, FollowUpFailures failures, Publisher publisher) {
        this.config = config;
        this.failures = failures;
        this.publisher = publisher;
        this.executors = executors;
        this.placement = new Placement(config);
        this.scopes = new ScopeDecider(config);
    }

    /** Begins the follow-ups of another input, which has been applied. */
    public void begin() {
        endsInARow = 0;
        failed.clear();
        reasons.clear();
        overdue = null;
    }

    /** Returns the next step: the events that are due next, or none. */
    public Step next(PoolState state, long generation, boolean mayPlace, Now now) {
        List<Event> judged = step("judge executors", now, () -> judgements.next(state));
        if (!judged.isEmpty()) {
            return Step.of(judged);
        }
        if (mayPlace && endsInARow == ENDS_FOR_A_PLACEMENT) {
            endsInARow = 0;
            List<Event> between = step("place a task", now, () -> placement.next(state, generation, now));
            if (!between.isEmpty()) {
                return Step.of(between);
            }
        }
        Step ends = endOfJob(state, now);
        if (!ends.events().isEmpty() || !mayPlace) {
            endsInARow++;
            return ends;
        }
        List<Event> placed = step("place a task", now, () -> placement.next(state, generation, now));
        return new Step(
                placed.isEmpty()
                        ? step("start a second attempt", now, () -> hedging.next(state, generation, now))
                        : placed,
                ends.settled());
    }

    /**
     * Takes one step. If it cannot be decided or published, the failure is reported and the step gives no events: it must not stop the
     * input or other steps that are due.
     */
    private List<Event> step(String name, Now now, Supplier<List<Event>> decision) {
        if (failed.contains(name)) {
            return List.of();
        }
        try {
            List<Event> events = decision.get();
            for (int i = 0; i < events.size(); i++) {
                publisher.prepare(events.get(i), now);
            }
            return events;
        } catch (RuntimeException e) {
            failed.add(name);
            failures.failed(name, e);
            return List.of();
        }
    }

    /** Returns the next events that are due only because time has passed, or none. */
    public List<Event> atTick(PoolState state, Now now) {
        List<Event> lost = lost(state, now);
        List<Event> recalled = lost.isEmpty() ? step("call back", now, () -> recalled(state, now)) : lost;
        if (recalled.isEmpty()) {
            recalled = step("try suspects again", now, () -> judgements.tryAgain(state, now));
        }
        List<Event> late = recalled.isEmpty() ? step("look after plans", now, () -> incomplete(state, now)) : recalled;
        if (late.isEmpty()) {
            late = step("look after holds of domains", now, () -> scopes.overHeld(state, now));
        }
        if (late.isEmpty()) {
            late = step("expire tasks of scopes", now, () -> scopes.expired(state, now));
        }
        return late.isEmpty() ? expired(state, now) : late;
    }

    private List<Event> lost(PoolState state, Now now) {
        for (ExecutorView executor : state.fleet().all()) {
            boolean silent = now.tickMs() - executor.lastHeardTick() > config.leaseMs();
            Holding missing = silent ? null : executor.missing(config, now.tickMs());
            if (silent || missing != null) {
                List<Event> events = step(
                        "look after executor " + executor.id(),
                        now,
                        () -> missing == null
                                ? executors.lose(
                                        state, executor, "no heartbeat for more than " + config.leaseMs() + " ms", now)
                                : missing(state, executor, missing, now));
                if (!events.isEmpty()) {
                    return events;
                }
            }
        }
        AttemptKey orphan = state.orphans().overdue(now.tickMs() - config.leaseMs());
        return orphan == null
                ? List.of()
                : step("give up an orphan", now, () -> executors.abandoned(state, orphan, now));
    }

    /**
     * Recalls an attempt that was sent ahead and has not got its slot in time, if urgent tasks or other owners wait for slots. The executor
     * answers in one of two ways: it gives the attempt back, which costs no retry, or it reports the end of the attempt if that has already
     * ended.
     */
    private List<Event> recalled(PoolState state, Now now) {
        for (ExecutorView executor : state.fleet().all()) {
            Holding holding = executor.toRecall(now.tickMs());
            TaskState.Live task =
                    holding == null ? null : state.live(holding.key().taskId());
            if (holding != null
                    && task != null
                    && (state.backlog().urgentWaits()
                            || state.backlog().othersWait(task.info().owner()))) {
                return List.of(new AttemptRevoked(
                        executor.id(),
                        holding.key().taskId(),
                        holding.key().attempt(),
                        holding.key().epoch(),
                        "sent ahead, and those before it take longer than expected"));
            }
        }
        return List.of();
    }

    /** Stops waiting for the rest of a plan that no longer arrives. A job that was cancelled before its plan arrived ends as cancelled. */
    private List<Event> incomplete(PoolState state, Now now) {
        String jobId = state.arrivals().overdue(now.tickMs() - config.planTimeoutMs());
        JobState job = jobId == null ? null : state.job(jobId);
        if (job instanceof JobState.Submitted submitted) {
            return JobDecider.endedWithoutPlan(
                            state, submitted, JobStatus.CANCELLED, String.valueOf(submitted.cancelReason()), now)
                    .events();
        }
        if (job instanceof JobState.Planned planned) {
            JobCounters counters = planned.counters();
            var decisions = new Decisions(state);
            JobDecider.incomplete(decisions, planned, counters.planned() - counters.queuedUpTo());
            return decisions.events();
        }
        return List.of();
    }

    /** Returns progress events for the jobs that changed since their progress was last published, for at most {@code limit} jobs. */
    public List<Event> progress(PoolState state, int limit, Now now) {
        return step("tell progress", now, () -> toTell(state, limit, now));
    }

    private List<Event> toTell(PoolState state, int limit, Now now) {
        if (now.tickMs() - state.pendingJobs().lastToldTick() < config.progressIntervalMs()) {
            return List.of();
        }
        int slots = state.fleet().slots();
        var decisions = new Decisions(state);
        for (String jobId : state.pendingJobs().toTell()) {
            if (decisions.events().size() >= limit) {
                break;
            }
            if (state.job(jobId) instanceof JobState.Planned job) {
                Long end = slots == 0 ? null : now.wallMs() + job.counters().remainingMs() / slots;
                decisions.add(sequence -> new JobProgress(
                        jobId, state.pool(), sequence, job.counters().counts(), end));
            }
        }
        return decisions.events();
    }

    private List<Event> missing(PoolState state, ExecutorView executor, Holding holding, Now now) {
        var rules = new AttemptRules(state, config, now);
        TaskState.Live live = state.live(holding.key().taskId());
        LiveAttempt attempt = live == null ? null : live.attempt(holding.key());
        if (live != null && attempt != null) {
            Outcome outcome = holding.revoked() ? Outcome.RETURNED : Outcome.EXECUTOR_LOST;
            rules.ended(live, attempt, outcome, "the executor does not list the attempt", null);
        }
        rules.decisions()
                .command(new AttemptRevoked(
                        executor.id(),
                        holding.key().taskId(),
                        holding.key().attempt(),
                        holding.key().epoch(),
                        "not listed by its executor"));
        return rules.events();
    }

    private List<Event> expired(PoolState state, Now now) {
        if (overdue == null) {
            overdue = new ArrayDeque<>(
                    state.backlog().waitingNeeds().unservedBefore(now.tickMs() - config.expireAfterMs()));
        }
        for (Needs needs = overdue.peek(); needs != null; needs = overdue.peek()) {
            Needs looked = needs;
            List<Event> verdict = step("expire tasks that need " + needs, now, () -> expired(state, looked, now));
            if (!verdict.isEmpty()) {
                return verdict;
            }
            overdue.remove();
        }
        return List.of();
    }

    private List<Event> expired(PoolState state, Needs needs, Now now) {
        TaskState.Waiting ready = state.backlog().readySince(needs, now.tickMs() - config.expireAfterMs());
        TaskState.Waiting task =
                ready != null ? ready : state.scopes().waitingSince(needs, now.wallMs() - config.expireAfterMs());
        if (task == null) {
            return List.of();
        }
        String reason = reasons.computeIfAbsent(
                needs, it -> ExpiryReason.of(state.pool(), state.fleet().lacking(it), config.expireAfterMs()));
        var rules = new AttemptRules(state, config, now);
        rules.verdict(task, null, Outcome.EXPIRED, false, reason, null);
        return rules.events();
    }

    private Step endOfJob(PoolState state, Now now) {
        var settled = new ArrayList<String>();
        for (String jobId : state.pendingJobs().toLookAt()) {
            String name = "go on with job " + jobId;
            List<Event> due = step(name, now, () -> endOf(state, jobId, now));
            if (!due.isEmpty()) {
                return new Step(due, settled);
            }
            if (!failed.contains(name)) {
                settled.add(jobId);
            }
        }
        return new Step(List.of(), settled);
    }

    private List<Event> endOf(PoolState state, String jobId, Now now) {
        if (!(state.job(jobId) instanceof JobState.Planned job)) {
            return List.of();
        }
        List<Event> ofScopes = scopes.next(state, job, now);
        if (!ofScopes.isEmpty()) {
            return ofScopes;
        }
        if (job.counters().complete()) {
            return !state.scopes().areOver(jobId)
                    ? List.of()
                    : completed(
                            state,
                            job,
                            job instanceof JobState.Cancelling it
                                    ? it.endsAs()
                                    : job.counters().status(),
                            job.counters().counts(),
                            job instanceof JobState.Cancelling it ? it.reason() : summary(job.counters()),
                            now);
        }
        if (job instanceof JobState.Running running && running.hasFailedFast()) {
            return new Decisions(state)
                    .add(sequence -> new JobCancelling(
                            jobId,
                            state.pool(),
                            sequence,
                            "fail-fast",
                            "fail fast: " + running.counters().gatingFailed() + " tasks failed",
                            true))
                    .events();
        }
        TaskState open = job instanceof JobState.Cancelling ? state.firstOpenTest(jobId) : null;
        return job instanceof JobState.Cancelling cancelling && open != null
                ? cancelled(state, open, cancelling, now)
                : List.of();
    }

    private List<Event> cancelled(PoolState state, TaskState task, JobState.Cancelling job, Now now) {
        var rules = new AttemptRules(state, config, now);
        rules.cancelled(task, job.reason());
        return rules.events();
    }

    private static List<Event> completed(
            PoolState state, JobState.Planned job, JobStatus status, JobCounts counts, String reason, Now now) {
        return new Decisions(state)
                .add(sequence ->
                        JobDecider.completed(state, job.info(), sequence, status, counts, reason, now, job.lastRun()))
                .events();
    }

    private static String summary(JobCounters counters) {
        JobCounts counts = counters.counts();
        String passed = counts.passed() + " of " + counts.total() + " tasks passed";
        return counters.missing() == 0 ? passed : passed + "; " + counters.missing() + " never reached the scheduler";
    }
}
