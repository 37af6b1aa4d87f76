package dev.millrace.scheduler.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The runtime samples of one project, newest first per test. A test's estimate is the median of its newest samples that
 * passed, or of its newest samples if none did; absurd samples do not count.
 */
public final class RuntimeHistory {
    /** No task may run longer, so no sample may say so. */
    private static final long MAX_MS = 6L * 3_600_000;

    public static final RuntimeHistory NONE = new RuntimeHistory(Map.of(), 1, true);

    /** One run of one test. */
    public record Sample(long durationMs, boolean passed) {}

    private final Map<String, List<Sample>> samplesByKey;
    private final int newest;
    private final boolean unavailable;

    private RuntimeHistory(Map<String, List<Sample>> samplesByKey, int newest, boolean unavailable) {
        this.samplesByKey = samplesByKey;
        this.newest = newest;
        this.unavailable = unavailable;
    }

    /**
     * @param samplesByKey newest first, by {@link #key}
     * @param newest how many samples of a test count
     */
    public static RuntimeHistory of(Map<String, List<Sample>> samplesByKey, int newest) {
        return new RuntimeHistory(samplesByKey, newest, false);
    }

    public static String key(String suite, String test) {
        return suite + "/" + test;
    }

    /** Whether this stands in for a history that could not be read. */
    public boolean isUnavailable() {
        return unavailable;
    }

    public Optional<Estimate> of(String suite, String test) {
        List<Sample> samples = samplesByKey.getOrDefault(key(suite, test), List.of());
        var passed = new ArrayList<Long>();
        var any = new ArrayList<Long>();
        for (Sample sample : samples) {
            if (sample.durationMs() < 0 || sample.durationMs() > MAX_MS || any.size() >= newest) {
                continue;
            }
            any.add(sample.durationMs());
            if (sample.passed()) {
                passed.add(sample.durationMs());
            }
        }
        List<Long> counted = passed.isEmpty() ? any : passed;
        if (counted.isEmpty()) {
            return Optional.empty();
        }
        String source = "median of " + counted.size() + (passed.isEmpty() ? " failed" : " passed") + " runs";
        return Optional.of(new Estimate(Math.max(1, median(counted)), source));
    }

    static long median(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
