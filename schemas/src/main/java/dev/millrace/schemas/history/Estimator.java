package dev.millrace.schemas.history;

import dev.millrace.schemas.history.Estimate.Confidence;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Estimates a test from its samples. The estimate is the upper quartile of the runs that passed: of a test with two modes, such
 * as one that sometimes has to warm a cache, it names the long one, since a plan suffers more from a test that is longer
 * than expected than from one that is shorter. A lone run far beyond all others is an accident and does not count. Runs that
 * failed say nothing about how long the test takes when it passes, except that it takes at least as long as anybody's.
 */
final class Estimator {
    private static final double QUARTILE = 0.75;
    private static final int FEWEST_WITH_AN_OUTLIER = 3;
    private static final long OUTLIER_FACTOR = 3;
    private static final int ENOUGH = 5;
    private static final long AGREEMENT_FACTOR = 2;
    private static final long UPPER_FACTOR_OF_FEW = 3;

    private Estimator() {}

    /**
     * @param samples of one test, credible or not
     * @param typicalMs of its suite, where one is known
     */
    static Optional<Estimate> of(List<Sample> samples, OptionalLong typicalMs) {
        long[] passed = durations(samples, true);
        if (passed.length > 0) {
            return Optional.of(ofPassed(passed));
        }
        long[] failed = durations(samples, false);
        if (failed.length == 0) {
            return Optional.empty();
        }
        long ms = Math.max(quartile(failed), typicalMs.orElse(0));
        String source = "no passed run; " + failed.length + " failed ones"
                + (typicalMs.isPresent() ? " and the suite's typical time" : "");
        return Optional.of(new Estimate(ms, UPPER_FACTOR_OF_FEW * ms, Confidence.LOW, source));
    }

    private static Estimate ofPassed(long[] sorted) {
        boolean outlier = sorted.length >= FEWEST_WITH_AN_OUTLIER
                && sorted[sorted.length - 1] / OUTLIER_FACTOR > sorted[sorted.length - 2];
        long[] kept = outlier ? Arrays.copyOf(sorted, sorted.length - 1) : sorted;
        long ms = quartile(kept);
        long longest = kept[kept.length - 1];
        boolean agree = kept.length >= ENOUGH && longest <= AGREEMENT_FACTOR * Math.max(1, median(kept));
        long upper = agree ? longest + longest / 2 : UPPER_FACTOR_OF_FEW * longest;
        String source = "upper quartile of " + kept.length + (kept.length == 1 ? " passed run" : " passed runs")
                + (outlier ? ", one outlier left out" : "");
        return new Estimate(ms, upper, agree ? Confidence.HIGH : Confidence.LOW, source);
    }

    private static long[] durations(List<Sample> samples, boolean passed) {
        return samples.stream()
                .filter(it -> it.isCredible() && it.passed() == passed)
                .mapToLong(Sample::durationMs)
                .sorted()
                .toArray();
    }

    /** By nearest rank. */
    private static long quartile(long[] sorted) {
        return sorted[(int) Math.ceil(QUARTILE * sorted.length) - 1];
    }

    static long median(long[] sorted) {
        return sorted[(sorted.length - 1) / 2];
    }
}
