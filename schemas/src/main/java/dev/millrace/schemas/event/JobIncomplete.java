package dev.millrace.schemas.event;

/**
 * Some tasks of a job's plan never reached the scheduler, or the scheduler could not read them. They count as undecided, so the job cannot
 * pass. There will be no verdicts for them.
 *
 * @param run the run of the job whose plan has the gap, 0 for the first
 * @param position position of the first of these tasks in that plan
 * @param tasks number of these tasks
 */
public record JobIncomplete(String jobId, String pool, long sequence, int run, int position, int tasks, String reason)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
