package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;

/**
 * The running count of a planned job.
 *
 * @param queuedUpTo tasks accounted for so far; they come in order, so this is also the next position expected
 * @param remainingMs estimated work of the tasks without verdict
 * @param missing tasks that never arrived; counted as undecided
 */
public record JobCounters(
        JobCounts counts, int queuedUpTo, int gatingFailed, int gatingUndecided, long remainingMs, int missing) {
    static JobCounters ofPlan(int tasks) {
        return new JobCounters(new JobCounts(tasks, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0, 0);
    }

    /**
     * Makes the counts of a job that runs again.
     *
     * @param kept what is counted of the verdicts that stay
     */
    static JobCounters ofRerun(JobCounts kept, int tasks) {
        return new JobCounters(kept, kept.total() - tasks, 0, 0, 0, 0);
    }

    /** Returns the counts that stay when the tasks of a run, or those that did not pass, run again. */
    public static JobCounts kept(JobCounts counts, boolean failedOnly) {
        return new JobCounts(
                counts.total(),
                0,
                0,
                failedOnly ? counts.passed() : 0,
                0,
                failedOnly ? counts.flaky() : 0,
                0,
                0,
                0,
                counts.retried());
    }

    public boolean complete() {
        return counts.finished() == counts.total();
    }

    public JobCounters queued(long estimateMs) {
        return new JobCounters(
                moved(counts, 1, 0), queuedUpTo + 1, gatingFailed, gatingUndecided, remainingMs + estimateMs, missing);
    }

    /** Whether every task of the plan was queued, or is known to be missing. */
    public boolean isWhole() {
        return queuedUpTo >= counts.total();
    }

    /** The next {@code tasks} of the plan will never come. */
    public JobCounters missed(int tasks) {
        var undecided = new JobCounts(
                counts.total(),
                counts.queued(),
                counts.running(),
                counts.passed(),
                counts.failed(),
                counts.flaky(),
                counts.timedOut(),
                counts.infrastructure() + tasks,
                counts.cancelled(),
                counts.retried());
        return new JobCounters(
                undecided, queuedUpTo + tasks, gatingFailed, gatingUndecided + tasks, remainingMs, missing + tasks);
    }

    public JobCounters placed() {
        return with(moved(counts, -1, 1));
    }

    public JobCounters retried() {
        return new JobCounters(moved(counts, 1, -1), queuedUpTo, gatingFailed, gatingUndecided, remainingMs, missing)
                .replaced();
    }

    /** Counts the tasks without verdict anew; the rest stays as it was made durable. */
    public JobCounters recounted(int queued, int running, long openMs) {
        var recounted = new JobCounts(
                counts.total(),
                queued,
                running,
                counts.passed(),
                counts.failed(),
                counts.flaky(),
                counts.timedOut(),
                counts.infrastructure(),
                counts.cancelled(),
                counts.retried());
        // Each task that was seen is open or has its verdict.
        return new JobCounters(
                recounted, counts.finished() + queued + running, gatingFailed, gatingUndecided, openMs, missing);
    }

    /** An attempt was charged and another one of its task goes on. */
    public JobCounters replaced() {
        return with(new JobCounts(
                counts.total(),
                counts.queued(),
                counts.running(),
                counts.passed(),
                counts.failed(),
                counts.flaky(),
                counts.timedOut(),
                counts.infrastructure(),
                counts.cancelled(),
                counts.retried() + 1));
    }

    public JobCounters completed(TaskCompleted task, boolean wasRunning, long estimateMs) {
        JobCounts c = wasRunning ? moved(counts, 0, -1) : moved(counts, -1, 0);
        boolean timedOut = task.outcome() == Outcome.TIMED_OUT || task.outcome() == Outcome.SILENT;
        JobCounts next =
                switch (task.verdict()) {
                    case PASSED ->
                        new JobCounts(
                                c.total(),
                                c.queued(),
                                c.running(),
                                c.passed() + 1,
                                c.failed(),
                                c.flaky() + (task.flaky() ? 1 : 0),
                                c.timedOut(),
                                c.infrastructure(),
                                c.cancelled(),
                                c.retried());
                    case FAILED ->
                        new JobCounts(
                                c.total(),
                                c.queued(),
                                c.running(),
                                c.passed(),
                                c.failed() + 1,
                                c.flaky(),
                                c.timedOut() + (timedOut ? 1 : 0),
                                c.infrastructure(),
                                c.cancelled(),
                                c.retried());
                    case INFRASTRUCTURE ->
                        new JobCounts(
                                c.total(),
                                c.queued(),
                                c.running(),
                                c.passed(),
                                c.failed(),
                                c.flaky(),
                                c.timedOut(),
                                c.infrastructure() + 1,
                                c.cancelled(),
                                c.retried());
                    case CANCELLED ->
                        new JobCounts(
                                c.total(),
                                c.queued(),
                                c.running(),
                                c.passed(),
                                c.failed(),
                                c.flaky(),
                                c.timedOut(),
                                c.infrastructure(),
                                c.cancelled() + 1,
                                c.retried());
                };
        boolean gating = task.gating();
        return new JobCounters(
                next,
                queuedUpTo,
                gatingFailed + (gating && task.verdict() == Verdict.FAILED ? 1 : 0),
                gatingUndecided + (gating && task.verdict() == Verdict.INFRASTRUCTURE ? 1 : 0),
                remainingMs - estimateMs,
                missing);
    }

    /** A task whose verdict was counted runs again. */
    public JobCounters reopened(Outcome outcome, boolean gating, long estimateMs) {
        boolean failed = outcome.finalVerdict() == Verdict.FAILED;
        boolean undecided = outcome.finalVerdict() == Verdict.INFRASTRUCTURE;
        boolean timedOut = outcome == Outcome.TIMED_OUT || outcome == Outcome.SILENT;
        var reopened = new JobCounts(
                counts.total(),
                counts.queued() + 1,
                counts.running(),
                counts.passed(),
                counts.failed() - (failed ? 1 : 0),
                counts.flaky(),
                counts.timedOut() - (timedOut ? 1 : 0),
                counts.infrastructure() - (undecided ? 1 : 0),
                counts.cancelled(),
                counts.retried() + 1);
        return new JobCounters(
                reopened,
                queuedUpTo,
                gatingFailed - (gating && failed ? 1 : 0),
                gatingUndecided - (gating && undecided ? 1 : 0),
                remainingMs + estimateMs,
                missing);
    }

    public JobStatus status() {
        if (gatingFailed > 0) {
            return JobStatus.FAILED;
        }
        return gatingUndecided > 0 ? JobStatus.INFRASTRUCTURE : JobStatus.PASSED;
    }

    private JobCounters with(JobCounts next) {
        return new JobCounters(next, queuedUpTo, gatingFailed, gatingUndecided, remainingMs, missing);
    }

    private static JobCounts moved(JobCounts c, int queued, int running) {
        return new JobCounts(
                c.total(),
                c.queued() + queued,
                c.running() + running,
                c.passed(),
                c.failed(),
                c.flaky(),
                c.timedOut(),
                c.infrastructure(),
                c.cancelled(),
                c.retried());
    }
}
