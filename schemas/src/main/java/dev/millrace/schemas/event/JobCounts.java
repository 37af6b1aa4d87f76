package dev.millrace.schemas.event;

/**
 * The number of a job's tasks in each state. Every task is in exactly one of queued, running, passed, failed, infrastructure and cancelled.
 *
 * @param failed tasks whose verdict is failed, timedOut included
 * @param flaky tasks that passed after failing; also counted as passed
 * @param timedOut tasks that failed by the hard timeout or the silence timeout; also counted as failed
 * @param retried attempts that were followed by another one
 */
public record JobCounts(
        int total,
        int queued,
        int running,
        int passed,
        int failed,
        int flaky,
        int timedOut,
        int infrastructure,
        int cancelled,
        int retried) {
    public static final JobCounts NONE = new JobCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The counts that change when tasks change their state; {@code total} does not change. */
    public enum Counter {
        QUEUED,
        RUNNING,
        PASSED,
        FAILED,
        FLAKY,
        TIMED_OUT,
        INFRASTRUCTURE,
        CANCELLED,
        RETRIED
    }

    /** Returns these counts with {@code n} added to one of them; {@code n} may be negative. */
    public JobCounts plus(Counter counter, int n) {
        if (n == 0) {
            return this;
        }
        return new JobCounts(
                total,
                counter == Counter.QUEUED ? queued + n : queued,
                counter == Counter.RUNNING ? running + n : running,
                counter == Counter.PASSED ? passed + n : passed,
                counter == Counter.FAILED ? failed + n : failed,
                counter == Counter.FLAKY ? flaky + n : flaky,
                counter == Counter.TIMED_OUT ? timedOut + n : timedOut,
                counter == Counter.INFRASTRUCTURE ? infrastructure + n : infrastructure,
                counter == Counter.CANCELLED ? cancelled + n : cancelled,
                counter == Counter.RETRIED ? retried + n : retried);
    }

    public int finished() {
        return passed + failed + infrastructure + cancelled;
    }
}
