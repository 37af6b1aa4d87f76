package dev.millrace.platform.kafka;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether a consumer gets on: its loop turns, and what it last tried succeeded. Thread-safe. */
final class ConsumerProgress {
    /** An idle loop turns several times a second, and a slow batch says nothing for a while. */
    private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(60);

    private volatile long turnedNanos = System.nanoTime();
    private volatile @Nullable String failure;

    /** The loop turned, whatever comes of what it has begun. */
    void turned() {
        turnedNanos = System.nanoTime();
    }

    /** Something succeeded. */
    void advanced() {
        turned();
        failure = null;
    }

    void failed(Throwable cause) {
        turned();
        failure = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Why it does not get on, or null while it does. */
    @Nullable
    String trouble() {
        String known = failure;
        if (known != null) {
            return known;
        }
        long stillS = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - turnedNanos);
        return System.nanoTime() - turnedNanos > STILL_NANOS ? "nothing was read for " + stillS + " s" : null;
    }
}
