package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.scheduler.state.fleet.Holding;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Decides the immediate consequences of an input about an executor: its registration, its departure, its standing, its heartbeats and the
 * end of its lease. Reads the state and never changes it.
 */
public final class ExecutorDecider {
    /** The largest accepted value of {@code executor.slots}; bounds the number of events that the loss of one executor causes. */
    static final int MAX_SLOTS = 1_000;

    private final CoreConfig config;

    public ExecutorDecider(CoreConfig config) {
        this.config = config;
    }

    DecisionResult online(PoolState state, ExecutorOnline online, Now now) {
        if (online.slots() < 1 || online.slots() > MAX_SLOTS) {
            return DecisionResult.NOTHING;
        }
        ExecutorView before = state.executor(online.executorId());
        var rules = new AttemptRules(state, config, now);
        if (before != null) {
            Registration known = before.registration();
            if (known.incarnation().equals(online.incarnation()) && known.draining()) {
                return backAgain(state, online);
            }
            if (known.incarnation().equals(online.incarnation())
                    || known.superseded().contains(online.incarnation())) {
                return DecisionResult.NOTHING;
            }
            gone(rules.decisions(), before, "the executor came back as a new incarnation", List.of());
        }
        StandingOverride mark = state.mark(online.executorId());
        rules.decisions()
                .add(sequence -> new ExecutorJoined(
                        online.executorId(),
                        state.pool(),
                        sequence,
                        online.incarnation(),
                        online.slots(),
                        online.host(),
                        online.labels(),
                        online.capacity(),
                        mark == null ? Standing.ACTIVE : mark.standing(),
                        mark == null ? null : mark.reason(),
                        online.taskSettings()));
        return rules.decisions().accepted();
    }

    /** Lets a draining executor take work again, unless an operator or the scheduler keeps it without work. */
    private static DecisionResult backAgain(PoolState state, ExecutorOnline online) {
        StandingOverride mark = state.mark(online.executorId());
        return marked(
                        new Decisions(state),
                        online.executorId(),
                        mark == null ? Standing.ACTIVE : mark.standing(),
                        mark == null ? ExecutorMarked.BY_ITSELF : mark.by(),
                        mark == null ? "it takes work again" : mark.reason())
                .accepted();
    }

    /**
     * Ends an executor that went offline. Its attempts are not lost yet: their ends may have been reported on another topic, which may be
     * read later.
     */
    static DecisionResult offline(PoolState state, ExecutorOffline offline) {
        ExecutorView executor = state.executor(offline.executorId(), offline.incarnation());
        return executor == null
                ? DecisionResult.NOTHING
                : gone(new Decisions(state), executor, "the executor went offline", List.of())
                        .accepted();
    }

    private static Decisions gone(Decisions decisions, ExecutorView executor, String reason, List<String> lost) {
        return decisions.add(sequence -> new LeaseExpired(
                executor.id(),
                decisions.pool(),
                sequence,
                executor.registration().incarnation(),
                reason,
                lost));
    }

    /** Gives up an attempt whose executor has been gone for longer than a lease, if no report of its end was read in that time. */
    List<Event> abandoned(PoolState state, AttemptKey key, Now now) {
        var rules = new AttemptRules(state, config, now);
        TaskState.Live live = state.live(key.taskId());
        LiveAttempt attempt = live == null ? null : live.attempt(key);
        if (live != null && attempt != null) {
            rules.ended(live, attempt, Outcome.EXECUTOR_LOST, "its executor is gone and reported no end of it", null);
        }
        return rules.events();
    }

    static DecisionResult draining(PoolState state, ExecutorDraining draining) {
        ExecutorView executor = state.executor(draining.executorId(), draining.incarnation());
        if (executor == null
                || (executor.registration().draining()
                        && draining.reason().equals(executor.registration().drainReason()))) {
            return DecisionResult.NOTHING;
        }
        return marked(
                        new Decisions(state),
                        draining.executorId(),
                        Standing.DRAINING,
                        ExecutorMarked.BY_ITSELF,
                        draining.reason())
                .accepted();
    }

    static DecisionResult standing(PoolState state, ExecutorStandingRequested request) {
        ExecutorView executor = state.executor(request.executorId());
        StandingOverride mark = state.mark(request.executorId());
        boolean leaving = executor != null && executor.registration().draining();
        String why = executor == null ? null : executor.registration().drainReason();
        if (leaving && mark != null && request.standing() == Standing.ACTIVE) {
            // The request clears the operator's mark, but the executor itself is draining: it takes no work until it
            // registers again.
            Decisions wanted =
                    marked(new Decisions(state), request.executorId(), Standing.ACTIVE, request.by(), request.reason());
            return marked(
                            wanted,
                            request.executorId(),
                            Standing.DRAINING,
                            ExecutorMarked.BY_ITSELF,
                            why == null ? "it takes no work until it says so or is started again" : why)
                    .emitted();
        }
        Standing present = mark == null ? Standing.ACTIVE : mark.standing();
        boolean sensible = request.standing() != Standing.SUSPECT && request.standing() != present;
        return sensible
                ? marked(new Decisions(state), request.executorId(), request.standing(), request.by(), request.reason())
                        .emitted()
                : DecisionResult.NOTHING;
    }

    private static Decisions marked(
            Decisions decisions, String executorId, Standing standing, String by, String reason) {
        return decisions.add(sequence ->
                new ExecutorMarked(executorId, decisions.pool(), sequence, standing, by, reason, List.of()));
    }

    /** Ends the lease of an incarnation, and gives up every live attempt that it held. */
    List<Event> lose(PoolState state, ExecutorView executor, String reason, Now now) {
        var rules = new AttemptRules(state, config, now);
        lose(rules, state, executor, reason);
        return rules.events();
    }

    private static void lose(AttemptRules rules, PoolState state, ExecutorView executor, String reason) {
        var lost = new LinkedHashMap<TaskState.Live, LiveAttempt>();
        for (Holding holding : executor.holdings()) {
            TaskState.Live live = state.live(holding.key().taskId());
            LiveAttempt attempt = live == null ? null : live.attempt(holding.key());
            if (live != null && attempt != null) {
                lost.put(live, attempt);
            }
        }
        gone(
                rules.decisions(),
                executor,
                reason,
                lost.keySet().stream().map(task -> task.info().taskId()).toList());
        lost.forEach((task, attempt) -> rules.ended(task, attempt, Outcome.EXECUTOR_LOST, reason, null));
    }

    /**
     * Revokes the listed attempts that are not live in this incarnation. If there are more than one input may revoke, the others are
     * revoked when the executor lists them again.
     */
    DecisionResult heartbeat(PoolState state, ExecutorHeartbeat heartbeat) {
        ExecutorView executor = state.executor(heartbeat.executorId());
        if (executor == null) {
            return DecisionResult.NOTHING;
        }
        boolean current = executor.registration().incarnation().equals(heartbeat.incarnation());
        var revocations = new ArrayList<Event>();
        if (heartbeat.attempts() != null) {
            for (AttemptKey key : heartbeat.attempts()) {
                TaskState.Live live = state.live(key.taskId());
                LiveAttempt attempt = live == null ? null : live.attempt(key);
                // Revoking an attempt of an earlier incarnation does not end it: for the length of a lease, a report of
                // its end still counts.
                if (revocations.size() == config.maxEventsPerInput()) {
                    break;
                }
                if (attempt == null || !attempt.incarnation().equals(heartbeat.incarnation())) {
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
        return new DecisionResult(current, revocations);
    }
}
