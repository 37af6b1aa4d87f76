package dev.millrace.schemas.event;

import java.util.List;

/**
 * An executor has not been heard of for longer than its lease, or came back as another incarnation; its attempts are lost.
 */
public record LeaseExpired(
        String executorId, String pool, long sequence, String incarnation, String reason, List<String> taskIds)
        implements Decision {
    @Override
    public String key() {
        return executorId;
    }
}
