package dev.millrace.scheduler;

import java.util.Arrays;

/** Makes arrays in which all values are equal, for the estimates of tasks. */
final class LongArrays {
    private LongArrays() {}

    static long[] of(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }
}
