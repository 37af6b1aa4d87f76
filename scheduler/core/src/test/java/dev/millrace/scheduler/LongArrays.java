package dev.millrace.scheduler;

import java.util.Arrays;

/** Arrays of equal estimates. */
final class LongArrays {
    private LongArrays() {}

    static long[] of(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }
}
