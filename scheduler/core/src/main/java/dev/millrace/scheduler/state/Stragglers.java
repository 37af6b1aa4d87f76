package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Running tasks, ordered by the time at which each becomes a straggler because it takes longer than its history suggests, and the slots
 * that second attempts hold. Not thread-safe.
 */
public final class Stragglers {
    /** A running attempt, the time at which it started, and the time from which it counts as a straggler, both by the tick clock. */
    public record Watched(String taskId, int attempt, long sinceTick, long dueTick) {}

    /** An attempt that has run for less than this is never a straggler, because a second attempt would hardly end earlier. */
    static final long MIN_MS = 1_000;

    private static final Comparator<Watched> BY_DUE =
            Comparator.comparingLong(Watched::dueTick).thenComparing(Watched::taskId);

    private final Map<String, Watched> byTask = new HashMap<>();
    private final NavigableSet<Watched> byDue = new TreeSet<>(BY_DUE);
    private final Map<String, Integer> hedgeSlots = new HashMap<>();
    private int slotsOfHedges;

    /** Watches the only attempt of a task, if the task may be hedged. */
    void watch(TaskState.Live task, long tickMs) {
        TaskInfo info = task.info();
        boolean mayBeHedged = info.repeatable()
                && info.estimateUpperMs() > 0
                && !task.retryRecord().hedged()
                && task.attempts().size() == 1
                && !byTask.containsKey(info.taskId());
        if (mayBeHedged) {
            long due = tickMs + Math.max(MIN_MS, info.estimateUpperMs());
            var watched = new Watched(info.taskId(), task.first().number(), tickMs, due);
            byTask.put(info.taskId(), watched);
            byDue.add(watched);
        }
    }

    /** Stops watching a task, because it waits again, has its verdict or is hedged. */
    void unwatch(String taskId) {
        Watched watched = byTask.remove(taskId);
        if (watched != null) {
            byDue.remove(watched);
        }
    }

    void hedged(String taskId, int slots) {
        unwatch(taskId);
        hedgeSlots.put(taskId, slots);
        slotsOfHedges += slots;
    }

    /** Notes that one of the two attempts of a hedged task ended. */
    void unhedged(String taskId) {
        Integer slots = hedgeSlots.remove(taskId);
        slotsOfHedges -= slots == null ? 0 : slots;
    }

    public int slotsOfHedges() {
        return slotsOfHedges;
    }

    /** Returns the attempts that are stragglers, those that have been so for the longest time first, at most {@code limit}. */
    public List<Watched> due(long tickMs, int limit) {
        var due = new ArrayList<Watched>();
        for (Watched watched : byDue) {
            if (watched.dueTick() > tickMs || due.size() == limit) {
                break;
            }
            due.add(watched);
        }
        return due;
    }
}
