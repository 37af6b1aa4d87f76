package dev.millrace.schemas.event;

/**
 * The capacity of an executor, which its slots share in equal parts.
 *
 * @param cpuMillis thousandths of a processor
 */
public record Capacity(int cpuMillis, long memoryBytes) {
    /** Returns how many of {@code slots} a task with these needs takes: at least one, at most all. */
    public int slotsTaken(Needs needs, int slots) {
        double byCpu = (double) needs.cpuMillis() * slots / Math.max(1, cpuMillis);
        double byMemory = (double) needs.memoryBytes() * slots / Math.max(1, memoryBytes);
        return (int) Math.min(slots, Math.max(1, Math.ceil(Math.max(byCpu, byMemory))));
    }
}
