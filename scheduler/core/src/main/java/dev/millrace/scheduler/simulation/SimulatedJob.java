package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.event.Priority;
import java.util.List;

/** A job that arrives, whole and planned, at a moment of the simulation. */
public record SimulatedJob(long atMs, String owner, Priority priority, List<SimulatedTask> tasks) {}
