package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * Somebody asked for a finished job to run again, with the tasks and inputs it had.
 *
 * @param run the new one: one more than the run that ended, so of several requests one counts
 * @param failedOnly whether verdicts that passed stay
 * @param planDigest of the job's plan
 * @param tasks how many run again
 */
public record JobRetryRequested(
        String jobId, String pool, String by, int run, boolean failedOnly, Digest planDigest, int tasks)
        implements Request, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
