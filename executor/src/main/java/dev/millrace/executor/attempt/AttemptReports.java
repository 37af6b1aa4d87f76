package dev.millrace.executor.attempt;

import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import org.jspecify.annotations.Nullable;

/**
 * Reports attempts to the scheduler. {@link #finished} and {@link #returned} block until the report is on the log or is given up. Then
 * they release the attempt, and heartbeats stop listing it. So the scheduler notices its end even if the report was given up.
 * Thread-safe.
 */
public final class AttemptReports {
    private static final int MAX_REASON = 2_000;

    private final String executorId;
    private final String incarnation;
    private final Reporter reporter;
    private final LiveEvents live;
    private final HeldAttempts held;

    public AttemptReports(
            String executorId, String incarnation, Reporter reporter, LiveEvents live, HeldAttempts held) {
        this.executorId = executorId;
        this.incarnation = incarnation;
        this.reporter = reporter;
        this.live = live;
        this.held = held;
    }

    /** Reports that the attempt runs. Does not wait; the report may get lost. */
    void started(TaskDispatched dispatch, int slot, long startedAtMs) {
        live.tell(
                new AttemptStarted(
                        dispatch.taskId(),
                        dispatch.jobId(),
                        dispatch.pool(),
                        dispatch.attempt(),
                        dispatch.epoch(),
                        executorId,
                        incarnation,
                        slot,
                        startedAtMs),
                held.traceparent(dispatch.attemptKey()));
    }

    void finished(TaskDispatched dispatch, AttemptResult result) {
        reporter.report(
                new AttemptFinished(
                        dispatch.taskId(),
                        dispatch.jobId(),
                        dispatch.pool(),
                        dispatch.attempt(),
                        dispatch.epoch(),
                        executorId,
                        incarnation,
                        result),
                held.traceparent(dispatch.attemptKey()));
        held.release(dispatch.attemptKey());
    }

    /** Reports that the attempt goes back to the scheduler, charged to no budget. */
    void returned(TaskDispatched dispatch, String reason) {
        reporter.report(
                new AttemptReturned(
                        dispatch.taskId(),
                        dispatch.jobId(),
                        dispatch.pool(),
                        dispatch.attempt(),
                        dispatch.epoch(),
                        executorId,
                        incarnation,
                        cut(reason)),
                held.traceparent(dispatch.attemptKey()));
        held.release(dispatch.attemptKey());
    }

    /** Shortens a reason, because it is part of an event and the size of events is limited. */
    static String cut(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    /** Returns the result of an attempt that has no output and no artifacts. */
    static AttemptResult empty(Outcome outcome, @Nullable String reason, long startedAtMs, long durationMs) {
        return AttemptResult.empty(outcome, null, reason == null ? null : cut(reason), startedAtMs, durationMs);
    }
}
