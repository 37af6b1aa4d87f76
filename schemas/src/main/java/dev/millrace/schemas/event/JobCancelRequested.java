package dev.millrace.schemas.event;

/**
 * Somebody asked for a job to be cancelled.
 */
public record JobCancelRequested(String jobId, String pool, String by, String reason) implements Request, OfJob {
    @Override
    public String key() {
        return jobId;
    }
}
