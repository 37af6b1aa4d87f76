package dev.millrace.executor.attempt;

import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import org.jspecify.annotations.Nullable;

/**
 * Reports attempts. {@link #finished} and {@link #returned} block until the report is on the log or given
 * up; the attempt is released then, so that the scheduler learns from the heartbeats of one whose report was given up.
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

    /** Tells that it runs; that may get lost. Does not wait. */
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

    /** Back to the scheduler, uncharged. */
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

    /** Reasons travel in events, which have a limit. */
    static String cut(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    /** The result of an attempt that left nothing to keep. */
    static AttemptResult empty(Outcome outcome, @Nullable String reason, long startedAtMs, long durationMs) {
        return AttemptResult.empty(outcome, null, reason == null ? null : cut(reason), startedAtMs, durationMs);
    }
}
