package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A task's needs of the executor that runs it, beyond one slot.
 *
 * @param cpuMillis thousandths of a processor; 0 for what a slot has
 * @param memoryBytes 0 for what a slot has
 * @param labels each must be the executor's, with the same value
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
