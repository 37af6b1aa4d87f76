package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Priority;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job that arrives, whole and planned, at a moment of the simulation.
 *
 * @param cancelledAtMs when somebody cancels it; absent if nobody does
 * @param failFast failed gating tasks at which it is given up; absent for never
 */
public record SimulatedJob(
        long atMs,
        String owner,
        Priority priority,
        List<SimulatedTask> tasks,
        @Nullable Long cancelledAtMs,
        @Nullable Integer failFast) {
    public SimulatedJob(long atMs, String owner, Priority priority, List<SimulatedTask> tasks) {
        this(atMs, owner, priority, tasks, null, null);
    }
}
