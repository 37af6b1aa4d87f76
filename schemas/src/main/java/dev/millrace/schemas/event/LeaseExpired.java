package dev.millrace.schemas.event;

import java.util.List;

/**
 * The end of an executor's incarnation: the executor sent nothing for longer than its lease, went offline, or came back as a new
 * incarnation.
 *
 * @param taskIds tasks whose attempts are lost with the incarnation; empty if the executor went offline or came back, because it may still
 *     report the ends of those attempts
 */
public record LeaseExpired(
        String executorId, String pool, long sequence, String incarnation, String reason, List<String> taskIds)
        implements Decision {
    @Override
    public String key() {
        return executorId;
    }
}
