package dev.millrace.schemas.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The runtime history of one project: an estimate for each test that was ever run, and for each suite what is typical of it.
 * Every estimate is positive and finite for all samples, so that orders made of estimates are total.
 */
public final class RuntimeHistory {
    /** How many of the newest samples of a test count. */
    public static final int NEWEST = 10;

    /** Fewer known tests say nothing about the others of their suite. */
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

    /** @param samplesBySuite by suite and test, newest first */
    public static RuntimeHistory of(Map<String, Map<String, List<Sample>>> samplesBySuite) {
        return new RuntimeHistory(samplesBySuite, false);
    }

    /** Whether this stands in for a history that could not be read. */
    public boolean isUnavailable() {
        return unavailable;
    }

    /** The estimate of a test that has samples. */
    public Optional<Estimate> of(String suite, String test) {
        List<Sample> samples = samplesBySuite.getOrDefault(suite, Map.of()).getOrDefault(test, List.of());
        return Estimator.of(newest(samples), typical(suite));
    }

    /** Whether a test is known to be flaky. */
    public Optional<FlakyVerdict> flaky(String suite, String test, long nowMs) {
        return FlakyVerdict.of(samplesBySuite.getOrDefault(suite, Map.of()).getOrDefault(test, List.of()), nowMs);
    }

    /** The estimate of a new test of the suite: the median of the estimates of those that passed before. */
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

    /** The newest that passed, however many failures came since; those that failed only if none ever passed. */
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
