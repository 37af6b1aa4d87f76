package dev.millrace.schemas.event;

import java.util.Map;

/**
 * An executor process reads its topics and may be given work. A new incarnation ends the attempts of the one before.
 */
public record ExecutorOnline(
        String executorId, String pool, String incarnation, int slots, String host, Map<String, String> labels)
        implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }
}
