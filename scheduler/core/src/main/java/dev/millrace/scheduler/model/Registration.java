package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.ExecutorOnline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of an executor's state that is stored, so that it survives a restart of the dispatcher.
 *
 * @param superseded earlier incarnations, the last {@value #REMEMBERED}: a process that was only paused may come back, and must not take
 *     the executor id from the incarnation that replaced it
 * @param draining whether the executor itself said that it takes no new work
 * @param drainReason the reason that it gave; absent if it is not draining, and in registrations that earlier versions stored
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

    /** Accepts registrations that earlier versions stored, in which some of the fields are absent. */
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

    /** @param reason why it takes no new work; null if it takes work */
    public Registration draining(@Nullable String reason) {
        return new Registration(executorId, incarnation, slots, reason != null, superseded, labels, capacity, reason);
    }
}
