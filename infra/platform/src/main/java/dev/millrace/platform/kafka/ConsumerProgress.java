package dev.millrace.platform.kafka;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether a consumer gets on: its loop turns, and what it last tried succeeded. Thread-safe. */
public final class ConsumerProgress {
    /** An idle loop turns several times a second, and a slow batch says nothing for a while. */
    public static final Duration STILL = Duration.ofSeconds(60);

    private final Duration still;
    private volatile long turnedNanos = System.nanoTime();
    private volatile @Nullable String failure;

    ConsumerProgress() {
        this(STILL);
    }

    /** @param still how long a loop that does not turn may be busy with something */
    public ConsumerProgress(Duration still) {
        this.still = still;
    }

    /** The loop turned, whatever comes of what it has begun. */
    public void turned() {
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
    public @Nullable String trouble() {
        String known = failure;
        if (known != null) {
            return known;
        }
        long stillS = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - turnedNanos);
        return System.nanoTime() - turnedNanos > still.toNanos() ? "nothing was read for " + stillS + " s" : null;
    }
}
