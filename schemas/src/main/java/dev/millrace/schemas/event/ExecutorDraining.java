package dev.millrace.schemas.event;

/** An executor takes no more work, unless it registers again with the same incarnation. */
public record ExecutorDraining(String executorId, String pool, String incarnation, String reason) implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }
}
