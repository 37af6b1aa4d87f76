package dev.millrace.schemas.event;

/**
 * Tasks of a job's plan never reached the scheduler, or could not be read. They count as undecided, so the job cannot pass; no
 * verdict of theirs follows.
 *
 * @param run the run of the job whose plan has the gap, 0 for the first
 * @param position of the first of them in that plan
 * @param tasks how many
 */
public record JobIncomplete(String jobId, String pool, long sequence, int run, int position, int tasks, String reason)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
