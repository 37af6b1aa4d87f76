package dev.millrace.checker;

import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.DomainReleased;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.ScopeTearingDown;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the promises about scopes from the log.
 *
 * <ol>
 *   <li>An epoch has at most one set-up that is placed, and at most one that succeeds. Epochs are numbered without gaps.
 *   <li>A test is placed only after the set-up of its epoch has succeeded.
 *   <li>A tear-down is placed only after every other attempt of its epoch has ended, and no test is placed after it.
 *   <li>An epoch whose set-up was placed ends with one tear-down that succeeds, or with a quarantine, or with isolation waived.
 *   <li>A domain has one scope at a time, and none while it is in quarantine.
 *   <li>Each test has one verdict a run. A test whose set-up failed has no attempt that decides it.
 *   <li>What has ended decides nothing.
 *   <li>No more tests of a scope run at a time than it allows, and none has a second attempt beside the first.
 *   <li>No test is placed after the longest time that its scope may hold the domain; a job ends only when its scopes are closed.
 *   <li>The tests and the tear-down of an epoch get the context that its set-up left.
 * </ol>
 */
public final class ScopeChecker {
    private final ScopeFacts facts;
    private final long holdTolerance;
    private final List<Violation> violations = new ArrayList<>();

    private final Map<String, ScopeEpoch> open = new HashMap<>();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final Map<String, String> holders = new HashMap<>();
    private final Set<String> quarantined = new HashSet<>();
    private final Set<AttemptKey> live = new HashSet<>();
    private final Set<String> decided = new HashSet<>();
    private final Set<String> decidedRuns = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private final Map<String, Event> running = new HashMap<>();
    private final Set<String> incomplete = new HashSet<>();

    private ScopeChecker(ScopeFacts facts, long holdTolerance) {
        this.facts = facts;
        this.holdTolerance = holdTolerance;
    }

    /**
     * Returns what breaks the promises, in the order of the decisions; empty if nothing does.
     *
     * @param log the log of one pool, at least from the submission of the first job with scopes on
     * @param holdTolerance by how much a test may be placed later than the longest hold of its scope, in the unit of the log's times;
     *     negative if these times say nothing about holds
     */
    public static List<Violation> check(Collection<LogEntry> log, long holdTolerance) {
        return checked(log, holdTolerance).violations;
    }

    /** Does the same for a log in which all jobs should have ended. */
    public static List<Violation> checkWhole(Collection<LogEntry> log, long holdTolerance) {
        ScopeChecker checker = checked(log, holdTolerance);
        checker.open.values().forEach(epoch -> checker.require(9, false, "it is never closed", epoch.opened));
        checker.running.values().forEach(job -> checker.require(6, false, "the job never ends", job));
        return checker.violations;
    }

    private static ScopeChecker checked(Collection<LogEntry> log, long holdTolerance) {
        var checker = new ScopeChecker(new ScopeFacts(log), holdTolerance);
        log.stream()
                .filter(entry -> entry.event() instanceof Decision)
                .sorted(Comparator.comparingLong(entry -> ((Decision) entry.event()).sequence()))
                .forEach(checker::check);
        return checker;
    }

    private void check(LogEntry entry) {
        Event event = entry.event();
        if (event instanceof ScopeOpened it) {
            opened(it, entry.at());
        } else if (event instanceof ScopeActivated it) {
            ScopeEpoch epoch = epoch(it.jobId(), it.scope(), it.scopeEpoch(), event);
            require(
                    2,
                    epoch.setupsPassed == 1 && !epoch.draining,
                    "it is active without a set-up that succeeded",
                    event);
            epoch.active = true;
            epoch.context = it.context();
        } else if (event instanceof ScopeDraining it) {
            epoch(it.jobId(), it.scope(), it.scopeEpoch(), event).draining = true;
        } else if (event instanceof ScopeTearingDown it) {
            tearingDown(it, entry.at());
        } else if (event instanceof ScopeClosed it) {
            if (it.heldMs() != null) {
                boolean waived = Boolean.TRUE.equals(it.isolationWaived());
                ScopeRules rules = facts.rules(it.jobId(), it.scope());
                require(
                        4,
                        !waived || rules == null || rules.goOnAfterFailedTeardown(),
                        "isolation is waived although the job did not ask for it",
                        event);
                closed(it.jobId(), it.scope(), it.scopeEpoch(), waived, entry.at(), event);
            }
        } else if (event instanceof ScopeQuarantined it) {
            closed(it.jobId(), it.scope(), it.scopeEpoch(), true, entry.at(), event);
            quarantined.add(it.domain());
        } else if (event instanceof DomainReleased it) {
            require(5, quarantined.remove(it.domain()), "the domain was not in quarantine", event);
        } else if (event instanceof TaskPlaced it) {
            placed(it, entry.at());
        } else if (event instanceof TaskHedged it) {
            require(8, scopeOf(it.taskId()) == null, "a test of a scope has a second attempt beside the first", event);
            live.add(new AttemptKey(it.taskId(), it.attempt(), it.epoch()));
        } else if (event instanceof RetryScheduled it) {
            ended(new AttemptKey(it.taskId(), it.attempt(), it.epoch()), event);
        } else if (event instanceof AttemptDropped it) {
            ended(new AttemptKey(it.taskId(), it.attempt(), it.epoch()), event);
        } else if (event instanceof TaskCompleted it) {
            completed(it);
        } else if (event instanceof JobStarted it) {
            started.add(it.jobId());
            running.put(it.jobId(), it);
        } else if (event instanceof JobIncomplete it) {
            incomplete.add(it.jobId());
        } else if (event instanceof JobRetryStarted it) {
            running.put(it.jobId(), it);
        } else if (event instanceof JobCompleted it) {
            running.remove(it.jobId());
            jobCompleted(it);
        }
    }

    private void require(int invariant, boolean holds, String what, Event event) {
        if (!holds) {
            violations.add(new Violation(invariant, what, event));
        }
    }

    private static String key(String jobId, String scope) {
        return jobId + "/" + scope;
    }

    private @Nullable String scopeOf(String taskId) {
        TaskQueued task = facts.task(taskId);
        return task == null ? null : task.scope();
    }

    private void opened(ScopeOpened it, long at) {
        String key = key(it.jobId(), it.scope());
        require(5, !open.containsKey(key), "it is open already", it);
        require(1, epochs.getOrDefault(key, 0) + 1 == it.scopeEpoch(), "an epoch is missing or repeated", it);
        require(5, !holders.containsKey(it.domain()), "the domain is held by " + holders.get(it.domain()), it);
        require(5, !quarantined.contains(it.domain()), "the domain is in quarantine", it);
        epochs.put(key, it.scopeEpoch());
        open.put(key, new ScopeEpoch(it, at));
        holders.put(it.domain(), key);
    }

    /** Returns the open epoch; one that nothing is known of, after reporting it, if this one is not open. */
    private ScopeEpoch epoch(String jobId, String scope, int number, Event event) {
        ScopeEpoch epoch = open.get(key(jobId, scope));
        if (epoch != null && epoch.opened.scopeEpoch() == number) {
            return epoch;
        }
        require(7, false, "its epoch is not open", event);
        return new ScopeEpoch(new ScopeOpened(jobId, "", 0, scope, "", number, "", 0), 0);
    }

    private void tearingDown(ScopeTearingDown it, long at) {
        ScopeEpoch epoch = epoch(it.jobId(), it.scope(), it.scopeEpoch(), it);
        require(3, epoch.draining, "tests may still start", it);
        for (AttemptKey attempt : epoch.placed) {
            require(3, facts.isGone(attempt, at), "attempt " + attempt.text() + " may still run", it);
        }
        require(10, !epoch.active || Objects.equals(epoch.context, it.context()), "it has another context", it);
        epoch.tearingDown = true;
    }

    private void placed(TaskPlaced it, long at) {
        var key = new AttemptKey(it.taskId(), it.attempt(), it.epoch());
        live.add(key);
        TaskQueued task = facts.task(it.taskId());
        if (task == null || task.scope() == null) {
            return;
        }
        ScopeEpoch epoch = open.get(key(it.jobId(), task.scope()));
        TaskDispatched dispatch = facts.dispatch(key);
        boolean sameEpoch = epoch != null
                && (dispatch == null
                        || (dispatch.scope() != null && dispatch.scope().epoch() == epoch.opened.scopeEpoch()));
        require(task.role() == null ? 2 : 1, sameEpoch, "its scope has no such epoch open", it);
        if (epoch == null) {
            return;
        }
        if (task.role() == Role.SETUP) {
            epoch.setups++;
            require(1, epoch.setups == 1 && !epoch.draining, "the epoch has another set-up", it);
            epoch.placed.add(key);
        } else if (task.role() == Role.TEARDOWN) {
            require(3, epoch.tearingDown, "it is too early", it);
            require(4, epoch.teardownsPassed == 0, "the epoch is torn down already", it);
            for (AttemptKey earlier : epoch.teardowns) {
                require(4, facts.isGone(earlier, at), "tear-down " + earlier.text() + " may still run", it);
            }
            epoch.teardowns.add(key);
            context(epoch, dispatch, it);
        } else {
            test(epoch, task.scope(), it, at);
            context(epoch, dispatch, it);
            epoch.placed.add(key);
        }
    }

    private void test(ScopeEpoch epoch, String scope, TaskPlaced it, long at) {
        require(2, epoch.active, "its scope is not set up", it);
        require(3, !epoch.draining && !epoch.tearingDown, "its scope starts no more tests", it);
        epoch.running.add(it.taskId());
        ScopeRules rules = facts.rules(it.jobId(), scope);
        if (rules == null) {
            return;
        }
        Integer most = rules.maxParallel();
        require(8, most == null || epoch.running.size() <= most, "more tests at a time than " + most, it);
        require(
                9,
                holdTolerance < 0 || at - epoch.openedAt <= rules.maxHoldMs() + holdTolerance,
                "its scope has held its domain for longer than it may",
                it);
    }

    private void context(ScopeEpoch epoch, @Nullable TaskDispatched dispatch, TaskPlaced it) {
        if (epoch.active && dispatch != null && dispatch.scope() != null) {
            require(10, Objects.equals(epoch.context, dispatch.scope().context()), "it gets another context", it);
        }
    }

    private void ended(AttemptKey key, Event event) {
        require(7, live.remove(key), "the attempt had ended", event);
        open.values().forEach(epoch -> epoch.running.remove(key.taskId()));
    }

    private void completed(TaskCompleted it) {
        if (it.epoch() != null) {
            int by = it.decidedBy() == null ? it.attempts() : it.decidedBy();
            ended(new AttemptKey(it.taskId(), by, it.epoch()), it);
        }
        live.removeIf(key -> key.taskId().equals(it.taskId()));
        open.values().forEach(epoch -> epoch.running.remove(it.taskId()));
        require(6, decidedRuns.add(it.taskId() + " " + it.run()), "it has a verdict already", it);
        decided.add(it.taskId());
        require(
                6,
                (it.outcome() != Outcome.SETUP_FAILED && it.outcome() != Outcome.SETUP_UNAVAILABLE)
                        || it.epoch() == null,
                "an attempt decides a test whose set-up failed",
                it);
        TaskQueued task = facts.task(it.taskId());
        ScopeEpoch epoch = task == null || task.scope() == null ? null : open.get(key(it.jobId(), task.scope()));
        if (task == null || epoch == null) {
            return;
        }
        if (it.outcome() != Outcome.PASSED) {
            epoch.teardownsFailed += task.role() == Role.TEARDOWN ? 1 : 0;
        } else if (task.role() == Role.SETUP) {
            require(1, ++epoch.setupsPassed == 1, "another set-up of the epoch has succeeded", it);
        } else if (task.role() == Role.TEARDOWN) {
            require(4, ++epoch.teardownsPassed == 1, "the epoch is torn down already", it);
        }
    }

    private void closed(String jobId, String scope, int number, boolean failed, long at, Event event) {
        ScopeEpoch epoch = epoch(jobId, scope, number, event);
        open.remove(key(jobId, scope));
        boolean tornDown = failed ? epoch.teardownsFailed == 1 : epoch.teardownsPassed == 1;
        require(
                4,
                tornDown || (epoch.setups == 0 && !failed),
                failed ? "no tear-down has failed" : "it was set up, and is not torn down",
                event);
        for (AttemptKey teardown : epoch.teardowns) {
            require(5, facts.isGone(teardown, at), "tear-down " + teardown.text() + " may still run", event);
        }
        holders.remove(epoch.opened.domain(), key(jobId, scope));
    }

    private void jobCompleted(JobCompleted it) {
        require(
                9,
                open.keySet().stream().noneMatch(key -> key.startsWith(it.jobId() + "/")),
                "the job ends while a scope is open",
                it);
        boolean hasTasks = started.contains(it.jobId()) && !incomplete.contains(it.jobId());
        require(6, !hasTasks || decided.containsAll(facts.testsOf(it.jobId())), "a test has no verdict", it);
    }
}
