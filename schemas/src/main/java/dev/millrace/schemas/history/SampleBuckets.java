package dev.millrace.schemas.history;

/** Distributes the runtime samples of a suite over a fixed number of buckets, so that a few range reads return all of them. */
public final class SampleBuckets {
    public static final int COUNT = 8;

    private SampleBuckets() {}

    public static int of(String test) {
        return Math.floorMod(test.hashCode(), COUNT);
    }
}
