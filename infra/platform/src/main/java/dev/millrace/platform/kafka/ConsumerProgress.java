package dev.millrace.platform.kafka;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells whether a consumer makes progress: its loop runs, and its last operation succeeded. Thread-safe. */
public final class ConsumerProgress {
    /**
     * After this time without a sign of activity, a consumer counts as stuck. An idle loop runs several times a second, but a slow batch
     * may show no activity for a while.
     */
    public static final Duration STILL = Duration.ofSeconds(60);

    private final Duration still;
    private volatile long turnedNanos = System.nanoTime();
    private volatile @Nullable String failure;

    ConsumerProgress() {
        this(STILL);
    }

    /** @param still how long the loop may show no activity before the consumer counts as stuck */
    public ConsumerProgress(Duration still) {
        this.still = still;
    }

    /** Notes that the loop ran once more, whether or not the work that it started succeeds. */
    public void turned() {
        turnedNanos = System.nanoTime();
    }

    /** Notes that an operation succeeded. */
    void advanced() {
        turned();
        failure = null;
    }

    void failed(Throwable cause) {
        turned();
        failure = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Returns why the consumer makes no progress, or null if it does. */
    public @Nullable String trouble() {
        String known = failure;
        if (known != null) {
            return known;
        }
        long stillS = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - turnedNanos);
        return System.nanoTime() - turnedNanos > still.toNanos() ? "nothing was read for " + stillS + " s" : null;
    }
}
