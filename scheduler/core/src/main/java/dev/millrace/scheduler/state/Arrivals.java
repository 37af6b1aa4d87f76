package dev.millrace.scheduler.state;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs whose plan is not there to its last task, and when something of it came last, on the tick clock. Not thread-safe. */
public final class Arrivals {
    private final Map<String, Long> lastTick = new LinkedHashMap<>();

    /** Something of the job's plan came, and more is to come. */
    void expect(String jobId, long tickMs) {
        lastTick.remove(jobId);
        lastTick.put(jobId, tickMs);
    }

    void whole(String jobId) {
        lastTick.remove(jobId);
    }

    /** The job that has waited longest, if that is since before {@code tickMs}. */
    @Nullable
    public String overdue(long tickMs) {
        for (Map.Entry<String, Long> first : lastTick.entrySet()) {
            return first.getValue() < tickMs ? first.getKey() : null;
        }
        return null;
    }
}
