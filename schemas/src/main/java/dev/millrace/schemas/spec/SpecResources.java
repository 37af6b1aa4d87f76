package dev.millrace.schemas.spec;

import org.jspecify.annotations.Nullable;

/**
 * The resources that a task needs on its machine. A resource that is absent counts as the share of one slot.
 *
 * @param cpu number of processors; rounded up to a thousandth
 */
public record SpecResources(@Nullable Double cpu, @Nullable SpecSize memory) {
    SpecResources over(@Nullable SpecResources fallback) {
        return fallback == null
                ? this
                : new SpecResources(cpu != null ? cpu : fallback.cpu, memory != null ? memory : fallback.memory);
    }

    public int cpuMillis() {
        return cpu == null ? 0 : (int) Math.ceil(cpu * 1_000 - 1e-6);
    }

    public long memoryBytes() {
        return memory == null ? 0 : memory.bytes();
    }
}
