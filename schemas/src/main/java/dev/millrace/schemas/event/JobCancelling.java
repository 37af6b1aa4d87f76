package dev.millrace.schemas.event;

/**
 * No dispatch of this job is made from here on; what runs is killed and decides nothing.
 */
public record JobCancelling(String jobId, String pool, long sequence, String by, String reason) implements Decision {
    @Override
    public String key() {
        return jobId;
    }
}
