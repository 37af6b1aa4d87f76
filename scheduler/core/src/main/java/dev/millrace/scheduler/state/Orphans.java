package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Holding;
import dev.millrace.schemas.event.AttemptKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Live attempts whose executor is gone. The executor may have reported their ends before it left: reports are on another topic, and there
 * is no order between topics. Not thread-safe.
 */
public final class Orphans {
    private final Map<AttemptKey, Long> sinceTick = new LinkedHashMap<>();

    void add(AttemptKey attempt, long tickMs) {
        sinceTick.putIfAbsent(attempt, tickMs);
    }

    /**
     * Adds the live attempts of an executor that is gone, because their ends may still be reported.
     *
     * @param live returns the task with a given id if it has live attempts, otherwise null
     */
    void leftBy(ExecutorState gone, Function<String, TaskState.@Nullable Live> live, long tickMs) {
        for (Holding holding : gone.holdings()) {
            TaskState.Live task = live.apply(holding.key().taskId());
            if (task != null && task.attempt(holding.key()) != null) {
                add(holding.key(), tickMs);
            }
        }
    }

    void remove(AttemptKey attempt) {
        sinceTick.remove(attempt);
    }

    /** Returns the attempt that has been an orphan for the longest time, if it became one before {@code tickMs}; otherwise null. */
    @Nullable
    public AttemptKey overdue(long tickMs) {
        for (Map.Entry<AttemptKey, Long> first : sinceTick.entrySet()) {
            return first.getValue() < tickMs ? first.getKey() : null;
        }
        return null;
    }
}
