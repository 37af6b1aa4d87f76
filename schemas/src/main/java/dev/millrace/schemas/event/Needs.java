package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a task needs of its executor in addition to one slot.
 *
 * @param cpuMillis thousandths of a processor; 0 for the share of one slot
 * @param memoryBytes memory in bytes; 0 for the share of one slot
 * @param labels labels that the executor must have, with the same values
 */
public record Needs(int cpuMillis, long memoryBytes, Map<String, String> labels) {
    public static final Needs NOTHING = new Needs(0, 0, Map.of());

    public Needs {
        labels = labels.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    @JsonIgnore
    public boolean isNothing() {
        return equals(NOTHING);
    }
}
