package dev.millrace.scheduler.simulation;

/**
 * One task of a workload.
 *
 * @param estimateMs what the scheduler is told
 * @param durationMs what it takes
 */
public record SimulatedTask(long estimateMs, long durationMs) {}
