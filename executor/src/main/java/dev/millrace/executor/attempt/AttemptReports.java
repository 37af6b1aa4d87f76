package dev.millrace.executor.attempt;

import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptReport;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import org.jspecify.annotations.Nullable;

/**
 * Reports attempts to the scheduler. {@link #finished} and {@link #returned} block until the report is on the log or is given up. Then they
 * release the attempt, and heartbeats stop listing it. Therefore the scheduler notices that the attempt has ended even if the report was
 * given up. Thread-safe.
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
                of(
                        dispatch,
                        (task, job, pool, attempt, epoch, executor, life) ->
                                new AttemptStarted(task, job, pool, attempt, epoch, executor, life, slot, startedAtMs)),
                held.traceparent(dispatch.attemptKey()));
    }

    void finished(TaskDispatched dispatch, AttemptResult result) {
        end(
                dispatch,
                (task, job, pool, attempt, epoch, executor, life) ->
                        new AttemptFinished(task, job, pool, attempt, epoch, executor, life, result));
    }

    /** Reports that the attempt goes back to the scheduler, charged to no budget. */
    void returned(TaskDispatched dispatch, String reason) {
        end(
                dispatch,
                (task, job, pool, attempt, epoch, executor, life) ->
                        new AttemptReturned(task, job, pool, attempt, epoch, executor, life, cut(reason)));
    }

    /** Creates an event from the values that every report contains. */
    private interface Report<E extends AttemptReport> {
        E of(String task, String job, String pool, int attempt, Epoch epoch, String executor, String life);
    }

    private <E extends AttemptReport> E of(TaskDispatched dispatch, Report<E> report) {
        return report.of(
                dispatch.taskId(),
                dispatch.jobId(),
                dispatch.pool(),
                dispatch.attempt(),
                dispatch.epoch(),
                executorId,
                incarnation);
    }

    private void end(TaskDispatched dispatch, Report<?> report) {
        reporter.report(of(dispatch, report), held.traceparent(dispatch.attemptKey()));
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
