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
 * @param queuedUpTo how many tasks have arrived or are known to be missing; tasks arrive in order, so this is also the next expected
 *     position
 * @param remainingMs sum of the estimates of the queued and running tasks
 * @param missing how many tests never arrived; they count as infrastructure failures
 * @param scopeTasks how many set-ups and tear-downs of scopes follow the tests; the counts leave them out
 * @param scopeTasksMissing how many of these never arrived
 */
public record JobCounters(
        JobCounts counts,
        int queuedUpTo,
        int gatingFailed,
        int gatingUndecided,
        long remainingMs,
        int missing,
        int scopeTasks,
        int scopeTasksMissing) {
    static JobCounters ofPlan(int tasks, int scopes) {
        return new JobCounters(new JobCounts(tasks, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0, 0, 2 * scopes, 0);
    }

    /**
     * Makes the counts of a job that runs again.
     *
     * @param kept the counts of the verdicts that stay valid
     */
    static JobCounters ofRerun(JobCounts kept, int tasks, int scopes) {
        return new JobCounters(kept, kept.total() - tasks, 0, 0, 0, 0, 2 * scopes, 0);
    }

    /** Returns the counts that stay valid when all tasks of a job, or only those that did not pass, run again. */
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
                missing,
                scopeTasks,
                scopeTasksMissing);
    }

    /** Notes that a set-up or tear-down has arrived. */
    public JobCounters queuedOfScope() {
        return new JobCounters(
                counts,
                queuedUpTo + 1,
                gatingFailed,
                gatingUndecided,
                remainingMs,
                missing,
                scopeTasks,
                scopeTasksMissing);
    }

    /** Returns how many tasks the plan has, with the set-ups and tear-downs. */
    public int planned() {
        return counts.total() + scopeTasks;
    }

    /** Whether every task of the plan was queued, or is known to be missing. */
    public boolean isWhole() {
        return queuedUpTo >= planned();
    }

    /** Counts {@code tasks} tasks of the plan, from {@code position} on, as missing, because they will never arrive. */
    public JobCounters missed(int position, int tasks) {
        int tests = Math.max(0, Math.min(position + tasks, counts.total()) - position);
        return new JobCounters(
                counts.plus(Counter.INFRASTRUCTURE, tests),
                queuedUpTo + tasks,
                gatingFailed,
                gatingUndecided + tests,
                remainingMs,
                missing + tests,
                scopeTasks,
                scopeTasksMissing + tasks - tests);
    }

    public JobCounters placed() {
        return with(counts.plus(Counter.QUEUED, -1).plus(Counter.RUNNING, 1));
    }

    public JobCounters retried() {
        return with(counts.plus(Counter.QUEUED, 1).plus(Counter.RUNNING, -1)).replaced();
    }

    /**
     * Replaces the counts of the tests without a verdict by new ones; the other counts keep their stored values.
     *
     * @param ofScopes how many set-ups and tear-downs have arrived
     */
    public JobCounters recounted(int queued, int running, long openMs, int ofScopes) {
        var recounted =
                counts.plus(Counter.QUEUED, queued - counts.queued()).plus(Counter.RUNNING, running - counts.running());
        // Each task that has arrived is either open or has its verdict, so the sum is the number of tasks that have
        // arrived.
        return new JobCounters(
                recounted,
                counts.finished() + queued + running + ofScopes + scopeTasksMissing,
                gatingFailed,
                gatingUndecided,
                openMs,
                missing,
                scopeTasks,
                scopeTasksMissing);
    }

    /** Counts an attempt that was charged to a budget while its task goes on with another attempt. */
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
                missing,
                scopeTasks,
                scopeTasksMissing);
    }

    /** Takes back the counted verdict of a task that runs again. */
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
                missing,
                scopeTasks,
                scopeTasksMissing);
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
        return new JobCounters(
                next, queuedUpTo, gatingFailed, gatingUndecided, remainingMs, missing, scopeTasks, scopeTasksMissing);
    }
}
