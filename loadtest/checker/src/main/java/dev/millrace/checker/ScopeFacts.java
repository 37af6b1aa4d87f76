package dev.millrace.checker;

import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the log says about tasks and attempts, apart from the decisions and their order. */
final class ScopeFacts {
    private final Map<String, TaskQueued> tasks = new HashMap<>();
    private final Map<String, Set<String>> testsByJob = new HashMap<>();
    private final Map<String, ScopeRules> rules = new HashMap<>();
    private final Map<AttemptKey, LogEntry> dispatches = new HashMap<>();
    private final Map<AttemptKey, LogEntry> starts = new HashMap<>();
    private final Map<AttemptKey, Long> reportedAt = new HashMap<>();

    /** The events that tell what an incarnation of an executor still holds, or that it has ended. */
    private final Map<String, List<LogEntry>> ofExecutors = new HashMap<>();

    ScopeFacts(Collection<LogEntry> log) {
        for (LogEntry entry : log) {
            Event event = entry.event();
            if (event instanceof TaskQueued it) {
                tasks.putIfAbsent(it.taskId(), it);
                if (it.role() == null) {
                    testsByJob
                            .computeIfAbsent(it.jobId(), id -> new HashSet<>())
                            .add(it.taskId());
                }
                if (it.scopeRules() != null) {
                    rules.putIfAbsent(it.jobId() + "/" + it.scope(), it.scopeRules());
                }
            } else if (event instanceof TaskDispatched it) {
                dispatches.putIfAbsent(it.attemptKey(), entry);
            } else if (event instanceof AttemptStarted it) {
                starts.put(it.attemptKey(), entry);
            } else if (event instanceof AttemptFinished it) {
                reportedAt.merge(it.attemptKey(), entry.at(), Math::min);
            } else if (event instanceof AttemptReturned it) {
                reportedAt.merge(it.attemptKey(), entry.at(), Math::min);
            } else if (event instanceof LeaseExpired it) {
                ofExecutor(it.executorId(), it.incarnation(), entry);
            } else if (event instanceof ExecutorOffline it) {
                ofExecutor(it.executorId(), it.incarnation(), entry);
            } else if (event instanceof ExecutorHeartbeat it) {
                ofExecutor(it.executorId(), it.incarnation(), entry);
            }
        }
    }

    private void ofExecutor(String id, String incarnation, LogEntry entry) {
        ofExecutors
                .computeIfAbsent(id + " " + incarnation, key -> new ArrayList<>())
                .add(entry);
    }

    @Nullable
    TaskQueued task(String taskId) {
        return tasks.get(taskId);
    }

    /** Returns the ids of the tests of a job, without set-ups and tear-downs. */
    Set<String> testsOf(String jobId) {
        return testsByJob.getOrDefault(jobId, Set.of());
    }

    /** Returns the rules of a scope, if its set-up is in the log. */
    @Nullable
    ScopeRules rules(String jobId, String scope) {
        return rules.get(jobId + "/" + scope);
    }

    @Nullable
    TaskDispatched dispatch(AttemptKey key) {
        LogEntry entry = dispatches.get(key);
        return entry != null && entry.event() instanceof TaskDispatched it ? it : null;
    }

    /** Returns whether the log says before {@code at} that an executor does not hold an attempt any more, or never held it. */
    boolean isGone(AttemptKey key, long at) {
        Long reported = reportedAt.get(key);
        LogEntry entry = dispatches.get(key);
        if (entry == null || (reported != null && reported <= at)) {
            return true;
        }
        if (!(entry.event() instanceof TaskDispatched dispatch)) {
            return false;
        }
        List<LogEntry> said = ofExecutors.getOrDefault(dispatch.executorId() + " " + dispatch.incarnation(), List.of());
        return said.stream()
                .filter(it -> it.at() <= at && it.at() >= entry.at() && lacks(it.event(), key))
                .anyMatch(it -> !(it.event() instanceof ExecutorHeartbeat) || isAfterHeld(it, key, said));
    }

    /**
     * Returns whether an executor made a list after the last time at which it says that it had an attempt. A list that is
     * older proves nothing. The executor's own clock decides where the list has a time: lists and starts are on different
     * topics, so the log may hold a list before a start that is older.
     */
    private boolean isAfterHeld(LogEntry list, AttemptKey key, List<LogEntry> said) {
        LogEntry start = starts.get(key);
        if (start != null && !isBefore(start, list)) {
            return false;
        }
        return said.stream().filter(it -> isListed(it.event(), key)).allMatch(it -> isBefore(it, list));
    }

    /** Compares by the executor's clock, or by places in the log if an event has no time of the executor. */
    private static boolean isBefore(LogEntry one, LogEntry other) {
        Long oneMs = executorMs(one.event());
        Long otherMs = executorMs(other.event());
        if (oneMs == null || otherMs == null) {
            return one.at() < other.at();
        }
        return oneMs < otherMs;
    }

    private static @Nullable Long executorMs(Event event) {
        if (event instanceof AttemptStarted it) {
            return it.startedAtMs();
        }
        return event instanceof ExecutorHeartbeat it ? it.sentAtMs() : null;
    }

    private static boolean isListed(Event event, AttemptKey key) {
        return event instanceof ExecutorHeartbeat it
                && it.attempts() != null
                && it.attempts().contains(key);
    }

    private static boolean lacks(Event event, AttemptKey key) {
        if (event instanceof ExecutorHeartbeat it) {
            return it.attempts() == null ? it.count() == 0 : !it.attempts().contains(key);
        }
        return true;
    }
}
