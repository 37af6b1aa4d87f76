package dev.millrace.schemas.event;

import java.util.List;

/**
 * The end of an executor's incarnation: it was not heard of for longer than its lease, went offline, or came back as another.
 *
 * @param taskIds whose attempts are lost with it; those of one that went offline or came back may still be reported
 */
public record LeaseExpired(
        String executorId, String pool, long sequence, String incarnation, String reason, List<String> taskIds)
        implements Decision {
    @Override
    public String key() {
        return executorId;
    }
}
