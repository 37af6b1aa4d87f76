package dev.millrace.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at something a service depends on, again and again, for its {@link Health}. A look that does not come back within the
 * limit counts as failed, and no second one begins meanwhile. Thread-safe.
 */
public final class Probe {
    private final Vertx vertx;
    private final String what;
    private final long limitNanos;
    private final Supplier<Future<?>> look;
    private final long timer;
    private volatile long beganNanos;
    private volatile boolean looking;
    private volatile @Nullable String failure;

    /**
     * Begins to look at once.
     *
     * @param what is looked at, for messages
     * @param every how often; also how long one look may take
     * @param look must not block
     */
    public Probe(Vertx vertx, String what, Duration every, Supplier<Future<?>> look) {
        this.vertx = vertx;
        this.what = what;
        this.limitNanos = every.toNanos();
        this.look = look;
        this.timer = vertx.setPeriodic(0, every.toMillis(), now -> lookNow());
    }

    private void lookNow() {
        if (looking) {
            return;
        }
        looking = true;
        beganNanos = System.nanoTime();
        Future<?> answer;
        try {
            answer = look.get();
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        answer.onComplete(result -> {
            Throwable cause = result.cause();
            failure = cause == null ? null : what + ": " + (cause.getMessage() == null ? cause : cause.getMessage());
            looking = false;
        });
    }

    /** Why it is not well, or null while it is. */
    public @Nullable String trouble() {
        long takesNanos = System.nanoTime() - beganNanos;
        if (looking && takesNanos > limitNanos) {
            return what + " has not answered for " + TimeUnit.NANOSECONDS.toSeconds(takesNanos) + " s";
        }
        return failure;
    }

    public void stop() {
        vertx.cancelTimer(timer);
    }
}
