package dev.millrace.schemas.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An executor process reads its topics and may be given work. A new incarnation ends the attempts of the previous incarnation.
 *
 * @param labels labels that tasks may require
 * @param capacity the capacity that the slots share; if absent, the capacity is unknown and limits nothing
 * @param taskSettings the settings of the executor that affect how tasks run, so that somebody can reproduce a task elsewhere; absent if
 *     the executor does not report them
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
