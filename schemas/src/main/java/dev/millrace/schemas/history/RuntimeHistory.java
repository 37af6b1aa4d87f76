package dev.millrace.schemas.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The runtime history of one project: an estimate for each test that has samples, and the typical run time of a test of each suite. Every
 * estimate is positive and finite, whatever the samples are, so sorting by estimates always gives a total order.
 */
public final class RuntimeHistory {
    /** How many samples of a test are used; the newest are taken. */
    public static final int NEWEST = 10;

    /** A suite with fewer known tests has no typical run time. */
    private static final int FEWEST_FOR_TYPICAL = 3;

    public static final RuntimeHistory NONE = new RuntimeHistory(Map.of(), true);

    private final Map<String, Map<String, List<Sample>>> samplesBySuite;
    private final Map<String, OptionalLong> typicalBySuite = new HashMap<>();
    private final boolean unavailable;

    private RuntimeHistory(Map<String, Map<String, List<Sample>>> samplesBySuite, boolean unavailable) {
        this.samplesBySuite = samplesBySuite;
        this.unavailable = unavailable;
        samplesBySuite.forEach((suite, tests) -> typicalBySuite.put(suite, typical(tests)));
    }

    /** @param samplesBySuite samples by suite and test, newest first */
    public static RuntimeHistory of(Map<String, Map<String, List<Sample>>> samplesBySuite) {
        return new RuntimeHistory(samplesBySuite, false);
    }

    /** Returns whether this is the empty substitute for a history that could not be read. */
    public boolean isUnavailable() {
        return unavailable;
    }

    /** Returns the estimate of a test, or nothing if the test has no credible samples. */
    public Optional<Estimate> of(String suite, String test) {
        List<Sample> samples = samplesBySuite.getOrDefault(suite, Map.of()).getOrDefault(test, List.of());
        return Estimator.of(newest(samples), typical(suite));
    }

    /** Returns the verdict that a test is known to be flaky, or nothing if it is not. */
    public Optional<FlakyVerdict> flaky(String suite, String test, long nowMs) {
        return FlakyVerdict.of(samplesBySuite.getOrDefault(suite, Map.of()).getOrDefault(test, List.of()), nowMs);
    }

    /**
     * Returns the estimate for a new test of the suite: the median of the estimates of the tests that have passed before; empty if there
     * are too few of them.
     */
    public OptionalLong typical(String suite) {
        return typicalBySuite.getOrDefault(suite, OptionalLong.empty());
    }

    private static OptionalLong typical(Map<String, List<Sample>> tests) {
        long[] estimates = tests.values().stream()
                .map(RuntimeHistory::newest)
                .filter(samples -> samples.stream().anyMatch(it -> it.passed() && it.isCredible()))
                .flatMap(samples -> Estimator.of(samples, OptionalLong.empty()).stream())
                .mapToLong(Estimate::ms)
                .sorted()
                .toArray();
        return estimates.length < FEWEST_FOR_TYPICAL
                ? OptionalLong.empty()
                : OptionalLong.of(Estimator.median(estimates));
    }

    /** Returns the newest samples that passed, even if many failures are newer; returns failed samples only if none passed. */
    private static List<Sample> newest(List<Sample> samples) {
        List<Sample> passed = newest(samples, true);
        return passed.isEmpty() ? newest(samples, false) : passed;
    }

    private static List<Sample> newest(List<Sample> samples, boolean passed) {
        return samples.stream()
                .filter(it -> it.isCredible() && it.passed() == passed)
                .limit(NEWEST)
                .toList();
    }
}
