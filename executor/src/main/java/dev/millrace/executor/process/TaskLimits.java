package dev.millrace.executor.process;

/**
 * What one attempt may use.
 *
 * @param cpuSlots its share of the processors, in slots
 * @param pids processes and threads
 */
public record TaskLimits(long memoryBytes, int cpuSlots, int pids) {}
