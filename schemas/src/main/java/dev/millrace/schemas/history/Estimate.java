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

    /** A test that was never seen may take many times its estimate before anything is wrong. */
    private static final long FACTOR_OF_A_GUESS = 20;

    /** One without any sample of this very test. */
    public static Estimate guess(long ms, String source) {
        return new Estimate(ms, FACTOR_OF_A_GUESS * ms, Confidence.NONE, source);
    }

    /** Whether an upper limit is so far from the estimate that this is a guess. */
    public static boolean isGuess(long ms, long upperMs) {
        return upperMs >= FACTOR_OF_A_GUESS * ms;
    }

    public Estimate {
        ms = Math.max(1, ms);
        upperMs = Math.max(ms, upperMs);
    }
}
