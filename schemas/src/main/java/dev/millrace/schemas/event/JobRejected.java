package dev.millrace.schemas.event;

/**
 * The planner could not make tasks of a job; the reason says why. The job ends with no task run.
 */
public record JobRejected(
        String jobId,
        String pool,
        String owner,
        String name,
        String project,
        Priority priority,
        String reason,
        long submittedAtMs)
        implements PoolEvent {
    @Override
    public String key() {
        return jobId;
    }
}
