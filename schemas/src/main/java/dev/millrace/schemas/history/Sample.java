package dev.millrace.schemas.history;

import org.jspecify.annotations.Nullable;

/**
 * One run of one test.
 *
 * @param durationMs duration as measured; may be impossible, see {@link #isCredible}
 * @param taskId the task that the test ran in; absent if unknown
 */
public record Sample(long durationMs, boolean passed, long finishedAtMs, @Nullable String taskId) {
    /** The longest time a task may run; a longer sample cannot be true. */
    private static final long MAX_MS = 6L * 3_600_000;

    /** Creates a sample whose task and time are unknown. */
    public Sample(long durationMs, boolean passed) {
        this(durationMs, passed, 0, null);
    }

    boolean isCredible() {
        return durationMs >= 0 && durationMs <= MAX_MS;
    }
}
