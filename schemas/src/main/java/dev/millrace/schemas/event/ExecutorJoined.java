package dev.millrace.schemas.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher has accepted this executor into the pool.
 *
 * @param standing the standing that an operator or the dispatcher gave the executor earlier; active if neither did
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
