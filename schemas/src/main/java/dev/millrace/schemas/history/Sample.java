package dev.millrace.schemas.history;

import org.jspecify.annotations.Nullable;

/**
 * One run of one test.
 *
 * @param durationMs as measured; may be absurd, see {@link #isCredible}
 * @param taskId the task it ran in; absent if that is not known
 */
public record Sample(long durationMs, boolean passed, long finishedAtMs, @Nullable String taskId) {
    /** No task may run longer, so no sample may say so. */
    private static final long MAX_MS = 6L * 3_600_000;

    /** A sample about which nothing else is known. */
    public Sample(long durationMs, boolean passed) {
        this(durationMs, passed, 0, null);
    }

    boolean isCredible() {
        return durationMs >= 0 && durationMs <= MAX_MS;
    }
}
