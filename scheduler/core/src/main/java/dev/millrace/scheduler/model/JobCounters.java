package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobCounts.Counter;
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
                counts.plus(Counter.QUEUED, 1),
                queuedUpTo + 1,
                gatingFailed,
                gatingUndecided,
                remainingMs + estimateMs,
                missing);
    }

    /** Whether every task of the plan was queued, or is known to be missing. */
    public boolean isWhole() {
        return queuedUpTo >= counts.total();
    }

    /** The next {@code tasks} of the plan will never come. */
    public JobCounters missed(int tasks) {
        return new JobCounters(
                counts.plus(Counter.INFRASTRUCTURE, tasks),
                queuedUpTo + tasks,
                gatingFailed,
                gatingUndecided + tasks,
                remainingMs,
                missing + tasks);
    }

    public JobCounters placed() {
        return with(counts.plus(Counter.QUEUED, -1).plus(Counter.RUNNING, 1));
    }

    public JobCounters retried() {
        return with(counts.plus(Counter.QUEUED, 1).plus(Counter.RUNNING, -1)).replaced();
    }

    /** Counts the tasks without verdict anew; the rest stays as it was made durable. */
    public JobCounters recounted(int queued, int running, long openMs) {
        var recounted =
                counts.plus(Counter.QUEUED, queued - counts.queued()).plus(Counter.RUNNING, running - counts.running());
        // Each task that was seen is open or has its verdict.
        return new JobCounters(
                recounted, counts.finished() + queued + running, gatingFailed, gatingUndecided, openMs, missing);
    }

    /** An attempt was charged and another one of its task goes on. */
    public JobCounters replaced() {
        return with(counts.plus(Counter.RETRIED, 1));
    }

    public JobCounters completed(TaskCompleted task, boolean wasRunning, long estimateMs) {
        JobCounts left = counts.plus(wasRunning ? Counter.RUNNING : Counter.QUEUED, -1);
        JobCounts next =
                switch (task.verdict()) {
                    case PASSED -> left.plus(Counter.PASSED, 1).plus(Counter.FLAKY, task.flaky() ? 1 : 0);
                    case FAILED ->
                        left.plus(Counter.FAILED, 1).plus(Counter.TIMED_OUT, isTimeout(task.outcome()) ? 1 : 0);
                    case INFRASTRUCTURE -> left.plus(Counter.INFRASTRUCTURE, 1);
                    case CANCELLED -> left.plus(Counter.CANCELLED, 1);
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
        int failed = outcome.finalVerdict() == Verdict.FAILED ? 1 : 0;
        int undecided = outcome.finalVerdict() == Verdict.INFRASTRUCTURE ? 1 : 0;
        JobCounts reopened = counts.plus(Counter.QUEUED, 1)
                .plus(Counter.FAILED, -failed)
                .plus(Counter.TIMED_OUT, isTimeout(outcome) ? -1 : 0)
                .plus(Counter.INFRASTRUCTURE, -undecided)
                .plus(Counter.RETRIED, 1);
        return new JobCounters(
                reopened,
                queuedUpTo,
                gatingFailed - (gating ? failed : 0),
                gatingUndecided - (gating ? undecided : 0),
                remainingMs + estimateMs,
                missing);
    }

    private static boolean isTimeout(Outcome outcome) {
        return outcome == Outcome.TIMED_OUT || outcome == Outcome.SILENT;
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
}
