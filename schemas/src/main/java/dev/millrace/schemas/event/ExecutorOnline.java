package dev.millrace.schemas.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An executor process reads its topics and may be given work. A new incarnation ends the attempts of the one before.
 *
 * @param labels what tasks may ask for
 * @param capacity what its slots share; absent where it is not known, which then limits nothing
 * @param taskSettings what of its configuration shapes the tasks it runs, for whoever runs one of them again elsewhere; absent
 *     where it is not told
 */
public record ExecutorOnline(
        String executorId,
        String pool,
        String incarnation,
        int slots,
        String host,
        Map<String, String> labels,
        @Nullable Capacity capacity,
        @Nullable Map<String, String> taskSettings)
        implements PoolEvent {
    @Override
    public String key() {
        return executorId;
    }
}
