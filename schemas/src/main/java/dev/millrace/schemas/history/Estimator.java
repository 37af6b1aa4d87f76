package dev.millrace.schemas.history;

import dev.millrace.schemas.history.Estimate.Confidence;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Estimates a test from its samples. The estimate is the upper quartile of the runs that passed. If a test has two typical run times, for
 * example because it sometimes has to warm a cache, the upper quartile is usually the longer one. This is intended: a test that takes
 * longer than expected harms a plan more than a test that takes less. A single run that is far longer than all others is an outlier and is
 * left out. If no run passed, the estimate is the larger of the upper quartile of the failed runs and the typical run time of the suite,
 * because failed runs do not show how long a passing run takes.
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
     * @param samples the samples of one test; those that are not credible are ignored
     * @param typicalMs typical run time of a test of the suite, if it is known
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

    /** Returns the upper quartile by the nearest-rank method. */
    private static long quartile(long[] sorted) {
        return sorted[(int) Math.ceil(QUARTILE * sorted.length) - 1];
    }

    static long median(long[] sorted) {
        return sorted[(sorted.length - 1) / 2];
    }
}
