package dev.millrace.executor.process;

/**
 * The limits of one attempt.
 *
 * @param cpuSlots the attempt's share of the processors when they are scarce, in slots
 * @param cpuMillis thousandths of a processor that the attempt may use even when processors are free; 0 for no limit
 * @param pids how many processes and threads the attempt may have
 */
public record TaskLimits(long memoryBytes, int cpuSlots, int cpuMillis, int pids) {}
