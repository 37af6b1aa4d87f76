package dev.millrace.scheduler;

/** Since when tasks have waited in a pool in which nobody takes work, on the tick clock. Not thread-safe. */
final class Unserved {
    private long emptySinceTick = -1;
    private long backlogSinceTick;

    void note(boolean backlog, boolean anybodyTakesWork, long tickMs) {
        if (!backlog) {
            backlogSinceTick = tickMs;
        }
        if (anybodyTakesWork) {
            emptySinceTick = -1;
        } else if (emptySinceTick < 0) {
            emptySinceTick = tickMs;
        }
    }

    /** For ever in the future while somebody takes work. */
    long sinceTick() {
        return emptySinceTick < 0 ? Long.MAX_VALUE : Math.max(emptySinceTick, backlogSinceTick);
    }
}
