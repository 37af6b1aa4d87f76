package dev.millrace.schemas.history;

/**
 * How long something is expected to run.
 *
 * @param ms what plans and the order count with; at least 1
 * @param upperMs what it exceeds only when something is wrong; at least {@code ms}
 * @param confidence how much the samples say
 * @param source in words, for the event that says why
 */
public record Estimate(long ms, long upperMs, Confidence confidence, String source) {
    /** How much an estimate is worth. */
    public enum Confidence {
        /** No sample of this very test. */
        NONE,
        /** Few samples, or samples that disagree. */
        LOW,
        /** Enough samples, which agree. */
        HIGH
    }

    public Estimate {
        ms = Math.max(1, ms);
        upperMs = Math.max(ms, upperMs);
    }
}
