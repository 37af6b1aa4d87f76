package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.ExecutorOnline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of an executor that outlives the dispatcher.
 *
 * @param superseded earlier incarnations, the last {@value #REMEMBERED}: one that was merely paused may come back, and must
 *     not take its id from its successor
 * @param draining whether it said that it takes no work
 * @param drainReason what it said; absent too in what earlier versions stored
 */
public record Registration(
        String executorId,
        String incarnation,
        int slots,
        boolean draining,
        List<String> superseded,
        Map<String, String> labels,
        @Nullable Capacity capacity,
        @Nullable String drainReason) {
    private static final int REMEMBERED = 8;

    /** Absent in what earlier versions stored. */
    public Registration {
        superseded = superseded == null ? List.of() : List.copyOf(superseded);
        labels = labels == null ? Map.of() : Map.copyOf(labels);
    }

    public static Registration of(ExecutorOnline online, @Nullable Registration before) {
        var superseded = new ArrayList<String>();
        if (before != null) {
            superseded.addAll(before.superseded());
            superseded.add(before.incarnation());
        }
        int from = Math.max(0, superseded.size() - REMEMBERED);
        return new Registration(
                online.executorId(),
                online.incarnation(),
                online.slots(),
                false,
                superseded.subList(from, superseded.size()),
                online.labels(),
                online.capacity(),
                null);
    }

    /** @param reason why it takes no work; null if it does */
    public Registration draining(@Nullable String reason) {
        return new Registration(executorId, incarnation, slots, reason != null, superseded, labels, capacity, reason);
    }
}
