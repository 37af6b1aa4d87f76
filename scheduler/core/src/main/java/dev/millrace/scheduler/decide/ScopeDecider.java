package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.ScopeState.Phase;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.scope.ScopeView;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.event.DomainReleased;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeHoldWarned;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.ScopeTearingDown;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a scope is opened, active, drained, torn down and closed. An epoch whose set-up was placed, whatever became of it, ends with
 * a tear-down that succeeds, or with a domain in quarantine. Reads the state and never changes it.
 */
final class ScopeDecider {
    /** The part of the longest hold after which a warning is published, in per cent. */
    private static final int WARN_AT_PERCENT = 90;

    /** Has parentheses, which no owner's name has. */
    private static final String BY_SCHEDULER = "(scheduler)";

    private static final String NEVER_ARRIVED = "its set-up or its tear-down never reached the scheduler";

    private final CoreConfig config;

    ScopeDecider(CoreConfig config) {
        this.config = config;
    }

    /** Returns what is due next for one of the scopes of a job, or nothing. */
    List<Event> next(PoolState state, JobState.Planned job, Now now) {
        for (ScopeView scope : state.scopes().toLookAt(job.info().jobId())) {
            List<Event> due = due(state, job, scope, now);
            if (!due.isEmpty()) {
                return due;
            }
        }
        return List.of();
    }

    private List<Event> due(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        List<Event> failed = failTest(state, job, scope, now);
        if (!failed.isEmpty()) {
            return failed;
        }
        return switch (scope.state().phase()) {
            case PENDING -> pending(state, job, scope, now);
            case SETTING_UP -> settingUp(state, job, scope, now);
            case ACTIVE -> active(state, job, scope);
            case DRAINING -> draining(state, job, scope, now);
            case TEARING_DOWN -> tearingDown(state, job, scope, now);
            case CLOSED, QUARANTINED -> List.of();
        };
    }

    /** Gives the verdict of a test that can never run, because its scope cannot be set up. */
    private List<Event> failTest(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        String failure = failure(job, scope);
        TaskState.Waiting test = failure == null || !(job instanceof JobState.Running)
                ? null
                : state.scopes().firstGated(scope.state().jobId(), scope.state().id());
        if (test == null) {
            return List.of();
        }
        var rules = new AttemptRules(state, config, now);
        String reason = "scope " + scope.state().id() + " could not be set up: " + failure;
        rules.verdict(test, null, outcomeOfTests(scope.state()), false, reason, null);
        return rules.events();
    }

    /** Returns how the tests end whose scope cannot be set up. They are not to blame if the platform lost or could not run the set-up. */
    private static Outcome outcomeOfTests(ScopeState scope) {
        boolean byPlatform = scope.setup() == null || scope.setup().outcome().finalVerdict() == Verdict.INFRASTRUCTURE;
        return byPlatform ? Outcome.SETUP_UNAVAILABLE : Outcome.SETUP_FAILED;
    }

    /** Returns why no test of the scope can ever run, or null if they can. */
    private static @Nullable String failure(JobState.Planned job, ScopeView scope) {
        String failure = scope.state().failure();
        boolean lacksATask = job.counters().isWhole() && scope.arrived() < 2;
        return failure == null && lacksATask ? NEVER_ARRIVED : failure;
    }

    private List<Event> pending(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        if (job.counters().isWhole() && scope.openTests() == 0) {
            return over(state, scope, "it has no test without a verdict", false, now);
        }
        ScopeState it = scope.state();
        if (!(job instanceof JobState.Running)
                || failure(job, scope) != null
                || !state.scopes().isNext(scope)) {
            return List.of();
        }
        var decisions = new Decisions(state)
                .add(sequence -> new ScopeOpened(
                        it.jobId(),
                        state.pool(),
                        sequence,
                        it.id(),
                        it.domain(),
                        it.epoch() + 1,
                        it.owner(),
                        state.scopes().domain(it.domain()).heldBy(it.owner())));
        for (ScopeState.Decided decided : it.decided()) {
            decisions.add(sequence -> new TaskReopened(
                    decided.info().taskId(),
                    it.jobId(),
                    state.pool(),
                    sequence,
                    decided.retryRecord().run() + 1,
                    null,
                    "scope " + it.id() + " has another epoch"));
        }
        return decisions.events();
    }

    private List<Event> settingUp(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        ScopeState it = scope.state();
        boolean wanted = job instanceof JobState.Running;
        ScopeState.Decided setup = it.setup();
        if (setup == null) {
            TaskState open = scope.setup();
            if (!wanted && open != null && job instanceof JobState.Cancelling cancelling) {
                var rules = new AttemptRules(state, config, now);
                rules.cancelled(open, cancelling.reason());
                return rules.events();
            }
            return it.setupPlaced() && !scope.isSetupLive()
                    ? drain(state, it, "its set-up did not succeed and is tried again in another epoch")
                    : List.of();
        }
        if (setup.outcome() != Outcome.PASSED) {
            return drain(state, it, "its set-up did not succeed: " + it.failure());
        }
        return wanted
                ? new Decisions(state)
                        .add(sequence -> new ScopeActivated(
                                it.jobId(), state.pool(), sequence, it.id(), it.domain(), it.epoch(), it.context()))
                        .events()
                : drain(state, it, "the job is cancelled");
    }

    private static List<Event> active(PoolState state, JobState.Planned job, ScopeView scope) {
        if (!(job instanceof JobState.Running)) {
            return drain(state, scope.state(), "the job is cancelled");
        }
        return job.counters().isWhole() && scope.openTests() == 0
                ? drain(state, scope.state(), "all its tests have their verdict")
                : List.of();
    }

    private static List<Event> drain(PoolState state, ScopeState it, String reason) {
        return new Decisions(state)
                .add(sequence ->
                        new ScopeDraining(it.jobId(), state.pool(), sequence, it.id(), it.domain(), it.epoch(), reason))
                .events();
    }

    private List<Event> draining(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        ScopeState it = scope.state();
        if (scope.outstanding() > 0) {
            return List.of();
        }
        if (!it.setupPlaced()) {
            return closed(state, job, scope, "its set-up was never started", false, now);
        }
        return new Decisions(state)
                .add(sequence -> new ScopeTearingDown(
                        it.jobId(), state.pool(), sequence, it.id(), it.domain(), it.epoch(), it.context()))
                .events();
    }

    private List<Event> tearingDown(PoolState state, JobState.Planned job, ScopeView scope, Now now) {
        ScopeState it = scope.state();
        ScopeState.Decided teardown = it.teardown();
        if (teardown == null) {
            return List.of();
        }
        if (teardown.outcome() == Outcome.PASSED) {
            return closed(state, job, scope, "it is torn down", false, now);
        }
        ScopeRules rules = it.rules();
        if (rules != null && rules.goOnAfterFailedTeardown()) {
            return closed(state, job, scope, "its tear-down failed, and isolation is waived", true, now);
        }
        boolean again = isWantedAgain(job, scope);
        var decisions = again ? new Decisions(state) : givenUp(state, scope, now);
        return decisions
                .add(sequence -> new ScopeQuarantined(
                        it.jobId(),
                        state.pool(),
                        sequence,
                        it.id(),
                        it.domain(),
                        it.epoch(),
                        "the tear-down of scope " + it.id() + " ended as "
                                + teardown.outcome().wireName(),
                        again,
                        heldMs(it, now)))
                .events();
    }

    private static boolean isWantedAgain(JobState.Planned job, ScopeView scope) {
        return scope.openTests() > 0 && job instanceof JobState.Running && failure(job, scope) == null;
    }

    private List<Event> closed(
            PoolState state, JobState.Planned job, ScopeView scope, String reason, boolean waived, Now now) {
        if (!isWantedAgain(job, scope)) {
            return over(state, scope, reason, waived, now);
        }
        return new Decisions(state)
                .add(sequence -> closed(state, scope.state(), sequence, reason, true, waived, now))
                .events();
    }

    /** Closes a scope that is not opened again, and gives up what is left of its set-up and tear-down. */
    private List<Event> over(PoolState state, ScopeView scope, String reason, boolean waived, Now now) {
        return givenUp(state, scope, now)
                .add(sequence -> closed(state, scope.state(), sequence, reason, false, waived, now))
                .events();
    }

    private Decisions givenUp(PoolState state, ScopeView scope, Now now) {
        var rules = new AttemptRules(state, config, now);
        for (TaskState left : new TaskState[] {scope.setup(), scope.teardown()}) {
            if (left != null) {
                rules.verdict(left, null, Outcome.CANCELLED, false, "its scope is not opened again", null);
            }
        }
        return rules.decisions();
    }

    private static ScopeClosed closed(
            PoolState state, ScopeState it, long sequence, String reason, boolean again, boolean waived, Now now) {
        return new ScopeClosed(
                it.jobId(),
                state.pool(),
                sequence,
                it.id(),
                it.domain(),
                it.epoch(),
                reason,
                again,
                waived ? true : null,
                it.phase() == Phase.PENDING ? null : heldMs(it, now));
    }

    private static long heldMs(ScopeState it, Now now) {
        return Math.max(0, now.wallMs() - it.openedAtMs());
    }

    /**
     * Drains a scope that holds its domain for too long, or warns of it. Its tests have the whole time to run, whatever its set-up took; a
     * set-up that finds no slot for as long gives the domain to others that wait.
     */
    List<Event> overHeld(PoolState state, Now now) {
        for (ScopeView scope : state.scopes().timed()) {
            List<Event> due = overHeld(state, scope, now);
            if (!due.isEmpty()) {
                return due;
            }
        }
        return List.of();
    }

    private static List<Event> overHeld(PoolState state, ScopeView scope, Now now) {
        ScopeState it = scope.state();
        ScopeRules rules = it.rules();
        if (rules == null) {
            return List.of();
        }
        if (it.phase() == Phase.SETTING_UP) {
            return !it.setupPlaced() && heldMs(it, now) >= rules.maxHoldMs()
                    ? drain(state, it, "its set-up found no slot for " + rules.maxHoldMs() / 1_000 + " s")
                    : List.of();
        }
        long held = Math.max(0, now.wallMs() - it.activeAtMs());
        if (held >= rules.maxHoldMs()) {
            return drain(
                    state,
                    it,
                    "its tests had its domain for " + held / 1_000 + " s, and " + rules.maxHoldMs() / 1_000
                            + " s is the most");
        }
        if (it.warned() || held < rules.maxHoldMs() / 100 * WARN_AT_PERCENT) {
            return List.of();
        }
        return new Decisions(state)
                .add(sequence -> new ScopeHoldWarned(
                        it.jobId(), state.pool(), sequence, it.id(), it.domain(), it.epoch(), held, rules.maxHoldMs()))
                .events();
    }

    /** Ends a test that waits for a domain in quarantine after the longest time of waiting, and a quarantine if there are too many. */
    List<Event> expired(PoolState state, Now now) {
        DomainState oldest = state.scopes().quarantinedBeyond(config.maxQuarantinedDomains());
        if (oldest != null) {
            return new Decisions(state)
                    .add(sequence -> new DomainReleased(
                            state.pool(),
                            sequence,
                            oldest.name(),
                            BY_SCHEDULER,
                            "more than " + config.maxQuarantinedDomains() + " domains are in quarantine"))
                    .events();
        }
        TaskState.Waiting test = state.scopes().waitingForQuarantined(now.tickMs() - config.expireAfterMs());
        if (test != null) {
            var rules = new AttemptRules(state, config, now);
            rules.verdict(test, null, Outcome.EXPIRED, false, quarantined(state, test), null);
            return rules.events();
        }
        return List.of();
    }

    private static String quarantined(PoolState state, TaskState.Waiting test) {
        ScopeView scope = state.scopes()
                .get(test.info().jobId(), String.valueOf(test.info().scope()));
        DomainState domain =
                scope == null ? null : state.scopes().domain(scope.state().domain());
        return domain == null || domain.quarantine() == null
                ? "its domain is in quarantine"
                : "domain " + domain.name() + " is in quarantine: "
                        + domain.quarantine().reason();
    }

    /** Releases a domain that is in quarantine. */
    static DecisionResult release(PoolState state, DomainReleaseRequested request) {
        return state.scopes().domain(request.domain()).quarantine() == null
                ? DecisionResult.NOTHING
                : new Decisions(state)
                        .add(sequence -> new DomainReleased(
                                state.pool(), sequence, request.domain(), request.by(), request.reason()))
                        .emitted();
    }
}
