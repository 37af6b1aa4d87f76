package dev.millrace.schemas.event;

/**
 * An executor ended in order; it holds no attempt any more.
 */
public record ExecutorOffline(String executorId, String pool, String incarnation) implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }
}
