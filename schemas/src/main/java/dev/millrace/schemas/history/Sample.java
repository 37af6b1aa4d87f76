package dev.millrace.schemas.history;

/**
 * One run of one test.
 *
 * @param durationMs as measured; may be absurd, see {@link #isCredible}
 */
public record Sample(long durationMs, boolean passed) {
    /** No task may run longer, so no sample may say so. */
    private static final long MAX_MS = 6L * 3_600_000;

    boolean isCredible() {
        return durationMs >= 0 && durationMs <= MAX_MS;
    }
}
