package dev.millrace.schemas.event;

/**
 * How many tasks of a job are where. Every task is in exactly one of queued, running, passed, failed, infrastructure and cancelled.
 *
 * @param failed tasks whose verdict is failed, timedOut included
 * @param flaky passed after failing; also counted as passed
 * @param timedOut failed by the hard or the silence timeout; also counted as failed
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

    public int finished() {
        return passed + failed + infrastructure + cancelled;
    }
}
