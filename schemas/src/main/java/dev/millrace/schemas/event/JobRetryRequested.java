package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;

/**
 * Somebody asked for a finished job to run again, with the tasks and inputs it had.
 *
 * @param run number of the new run: one more than that of the run that ended, so that only one of several requests takes effect
 * @param failedOnly whether tasks that passed keep their verdicts and do not run again
 * @param planDigest digest of the job's plan
 * @param tasks number of tasks that run again
 */
public record JobRetryRequested(
        String jobId, String pool, String by, int run, boolean failedOnly, Digest planDigest, int tasks)
        implements Request, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
