package dev.millrace.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Repeatedly checks something that a service depends on, for the service's {@link Health}. A check that does not complete within the limit
 * counts as failed. No other check begins while one is running. Thread-safe.
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
     * Starts the first check at once.
     *
     * @param what name of the thing that is checked, for messages
     * @param every time between two checks; also the longest time that a check may take
     * @param look starts a check; must not block
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

    /** Returns why the last check failed or how long the current one has hung; null if all is well. */
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
