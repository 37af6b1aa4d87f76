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
    private final Map<AttemptKey, Long> startedAt = new HashMap<>();
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
                startedAt.merge(it.attemptKey(), entry.at(), Math::max);
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
        // An executor's list may be older than the dispatch, so it proves nothing if the log shows later that the
        // executor
        // had the attempt.
        long heldAt = heldAt(key, dispatch);
        return ofExecutors.getOrDefault(dispatch.executorId() + " " + dispatch.incarnation(), List.of()).stream()
                .filter(it -> it.at() <= at && it.at() >= entry.at())
                .anyMatch(it -> it.event() instanceof ExecutorHeartbeat
                        ? it.at() > heldAt && lacks(it.event(), key)
                        : lacks(it.event(), key));
    }

    /** Returns the last time at which the log shows that the executor had the attempt; before the dispatch if it never does. */
    private long heldAt(AttemptKey key, TaskDispatched dispatch) {
        long started = startedAt.getOrDefault(key, Long.MIN_VALUE);
        long listed = ofExecutors.getOrDefault(dispatch.executorId() + " " + dispatch.incarnation(), List.of()).stream()
                .filter(it -> it.event() instanceof ExecutorHeartbeat beat
                        && beat.attempts() != null
                        && beat.attempts().contains(key))
                .mapToLong(LogEntry::at)
                .max()
                .orElse(Long.MIN_VALUE);
        return Math.max(started, listed);
    }

    private static boolean lacks(Event event, AttemptKey key) {
        if (event instanceof ExecutorHeartbeat it) {
            return it.attempts() == null ? it.count() == 0 : !it.attempts().contains(key);
        }
        return true;
    }
}
