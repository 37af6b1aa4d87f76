package dev.millrace.schemas.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher counts on this executor from here on.
 *
 * @param standing as an operator or the dispatcher has marked it before
 */
public record ExecutorJoined(
        String executorId,
        String pool,
        long sequence,
        String incarnation,
        int slots,
        String host,
        Map<String, String> labels,
        @Nullable Capacity capacity,
        Standing standing,
        @Nullable String reason,
        @Nullable Map<String, String> taskSettings)
        implements Decision {
    @Override
    public String key() {
        return executorId;
    }
}
