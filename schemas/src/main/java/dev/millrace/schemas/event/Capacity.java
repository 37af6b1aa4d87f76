package dev.millrace.schemas.event;

/**
 * What the slots of an executor share, in equal parts.
 *
 * @param cpuMillis thousandths of a processor
 */
public record Capacity(int cpuMillis, long memoryBytes) {}
