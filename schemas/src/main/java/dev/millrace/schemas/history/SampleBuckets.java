package dev.millrace.schemas.history;

/** How the runtime samples of a suite are spread, so that reading them all is a few range reads. */
public final class SampleBuckets {
    public static final int COUNT = 8;

    private SampleBuckets() {}

    public static int of(String test) {
        return Math.floorMod(test.hashCode(), COUNT);
    }
}
