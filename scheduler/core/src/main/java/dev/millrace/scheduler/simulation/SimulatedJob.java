package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Priority;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job that arrives at a given time of the simulation, together with its plan and all its tasks.
 *
 * @param cancelledAtMs when somebody cancels it; absent if nobody does
 * @param failFast the number of failed gating tasks at which the job is cancelled; absent for never
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
