package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.Needs;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What executors of one kind offer: equal slots that share a capacity, and labels. Resources are counted in slots: a task takes as many
 * slots as its processors and memory require, at least one. Therefore a task that takes more resources is charged more.
 */
public record Shape(int slots, @Nullable Capacity capacity, Map<String, String> labels) {
    public static Shape of(Registration it) {
        return new Shape(it.slots(), it.capacity(), it.labels());
    }

    /** How many slots a task takes here, or 0 if it cannot run here at all; see {@link #lacks}. */
    public int slotsFor(Needs needs) {
        if (needs.isNothing()) {
            return 1;
        }
        return lacks(needs) == null ? slotsTaken(needs) : 0;
    }

    /** Why a task can never run here, or null if it can. */
    @Nullable
    public String lacks(Needs needs) {
        for (Map.Entry<String, String> label : needs.labels().entrySet()) {
            String own = labels.get(label.getKey());
            if (own == null) {
                return "without the label " + label.getKey() + "=" + label.getValue();
            }
            if (!own.equals(label.getValue())) {
                return "with the label " + label.getKey() + "=" + own + " instead of " + label.getValue();
            }
        }
        if (capacity != null && needs.cpuMillis() > capacity.cpuMillis()) {
            return "with " + capacity.cpuMillis() / 1_000.0 + " processors, fewer than " + needs.cpuMillis() / 1_000.0;
        }
        if (capacity != null && needs.memoryBytes() > capacity.memoryBytes()) {
            return "with " + (capacity.memoryBytes() >> 20) + " MiB of memory, less than " + (needs.memoryBytes() >> 20)
                    + " MiB";
        }
        return null;
    }

    private int slotsTaken(Needs needs) {
        return capacity == null ? 1 : capacity.slotsTaken(needs, slots);
    }
}
