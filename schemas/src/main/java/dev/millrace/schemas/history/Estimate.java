package dev.millrace.schemas.history;

/**
 * How long a test or a task is expected to run.
 *
 * @param ms expected run time, used for planning and for the order of tasks; at least 1
 * @param upperMs upper limit of the run time; a run that takes longer has a problem; at least {@code ms}
 * @param confidence how reliable the estimate is
 * @param source where the estimate comes from, in words, for the event that explains a placement
 */
public record Estimate(long ms, long upperMs, Confidence confidence, String source) {
    /** How reliable an estimate is. */
    public enum Confidence {
        /** There is no sample of this test itself. */
        NONE,
        /** Few samples, or samples that disagree. */
        LOW,
        /** Enough samples, which agree. */
        HIGH
    }

    /** A test without samples may take many times its estimate without having a problem. */
    private static final long FACTOR_OF_A_GUESS = 20;

    /** Returns an estimate for a test that has no samples of its own. */
    public static Estimate guess(long ms, String source) {
        return new Estimate(ms, FACTOR_OF_A_GUESS * ms, Confidence.NONE, source);
    }

    /** Returns whether the upper limit is so far above the estimate that the estimate must be a guess. */
    public static boolean isGuess(long ms, long upperMs) {
        return upperMs >= FACTOR_OF_A_GUESS * ms;
    }

    public Estimate {
        ms = Math.max(1, ms);
        upperMs = Math.max(ms, upperMs);
    }
}
