package dev.millrace.schemas.event;

/** An executor shut down properly; it holds no attempts any more. */
public record ExecutorOffline(String executorId, String pool, String incarnation) implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }
}
