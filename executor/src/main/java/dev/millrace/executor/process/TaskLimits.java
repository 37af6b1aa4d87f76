package dev.millrace.executor.process;

/**
 * The limits of one attempt.
 *
 * @param cpuSlots its share of the processors when they are short, in slots
 * @param cpuMillis thousandths of a processor it may use even when they are not; 0 for all there are
 * @param pids processes and threads
 */
public record TaskLimits(long memoryBytes, int cpuSlots, int cpuMillis, int pids) {}
