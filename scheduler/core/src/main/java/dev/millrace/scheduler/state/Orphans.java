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
 * Live attempts whose executor is gone. Their ends may have been reported before that: reports are on another topic, and
 * topics have no order among each other. Not thread-safe.
 */
public final class Orphans {
    private final Map<AttemptKey, Long> sinceTick = new LinkedHashMap<>();

    void add(AttemptKey attempt, long tickMs) {
        sinceTick.putIfAbsent(attempt, tickMs);
    }

    /**
     * Notes that attempts of an executor that is gone may still be reported.
     *
     * @param live the task of an id if it has live attempts
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

    /** The attempt that is an orphan for longest, if that is since before {@code tickMs}. */
    @Nullable
    public AttemptKey overdue(long tickMs) {
        for (Map.Entry<AttemptKey, Long> first : sinceTick.entrySet()) {
            return first.getValue() < tickMs ? first.getKey() : null;
        }
        return null;
    }
}
