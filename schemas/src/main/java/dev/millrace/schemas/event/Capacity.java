package dev.millrace.schemas.event;

/**
 * The capacity that an executor's slots share, in equal parts.
 *
 * @param cpuMillis thousandths of a processor
 */
public record Capacity(int cpuMillis, long memoryBytes) {
    /** How many of {@code slots} a task takes that needs so much: at least one, at most all. */
    public int slotsTaken(Needs needs, int slots) {
        double byCpu = (double) needs.cpuMillis() * slots / Math.max(1, cpuMillis);
        double byMemory = (double) needs.memoryBytes() * slots / Math.max(1, memoryBytes);
        return (int) Math.min(slots, Math.max(1, Math.ceil(Math.max(byCpu, byMemory))));
    }
}
