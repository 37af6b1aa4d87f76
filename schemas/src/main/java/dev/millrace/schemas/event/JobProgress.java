package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * The progress of a job. There are at most two such events per second for each job.
 *
 * @param estimatedEndMs estimated wall-clock time of the job's end; absent while there is no estimate
 */
public record JobProgress(String jobId, String pool, long sequence, JobCounts counts, @Nullable Long estimatedEndMs)
        implements Decision, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
