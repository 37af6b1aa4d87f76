package dev.millrace.scheduler.state;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of which the plan, or some of its tasks, have not arrived yet, with the time at which the last part arrived, on the tick clock.
 * Not thread-safe.
 */
public final class Arrivals {
    private final Map<String, Long> lastTick = new LinkedHashMap<>();

    /** Notes that a part of the job's plan arrived and that more is expected. */
    void expect(String jobId, long tickMs) {
        lastTick.remove(jobId);
        lastTick.put(jobId, tickMs);
    }

    void whole(String jobId) {
        lastTick.remove(jobId);
    }

    /**
     * Returns the job that has waited longest for the next part of its plan, if it has waited since before {@code tickMs}; otherwise null.
     */
    @Nullable
    public String overdue(long tickMs) {
        for (Map.Entry<String, Long> first : lastTick.entrySet()) {
            return first.getValue() < tickMs ? first.getKey() : null;
        }
        return null;
    }
}
