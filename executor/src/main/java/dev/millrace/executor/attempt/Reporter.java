package dev.millrace.executor.attempt;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.event.Event;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes reports to Kafka. While Kafka is unavailable it retries, until a time limit is reached or the executor closes. A report blocks
 * for that long, so threads that run slots or read output must not call it. Thread-safe.
 */
public final class Reporter {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    private static final long TRY_S = 60;
    private static final long CHECK_MS = 200;
    private static final long PAUSE_MS = 500;

    private final EventPublisher publisher;
    private final long limitMs;
    private volatile boolean closed;

    /** @param limitMs time after which a report is given up */
    public Reporter(EventPublisher publisher, long limitMs) {
        this.publisher = publisher;
        this.limitMs = limitMs;
    }

    /** Like {@link #report(Event, String)}, for an event that belongs to no trace. */
    public boolean report(Event event) {
        return report(event, null);
    }

    /**
     * Reports an event. Returns whether it is on the log: false if the executor closed first or the time limit was reached.
     *
     * @param traceparent the trace context that is sent with the event, if any
     * @throws IllegalArgumentException if the event is larger than an event may be
     */
    public boolean report(Event event, @Nullable String traceparent) {
        long since = System.nanoTime();
        while (!closed) {
            try {
                await(publisher.publish(event, traceparent).toCompletableFuture());
                return !closed;
            } catch (ExecutionException | TimeoutException e) {
                if (e.getCause() instanceof IllegalArgumentException bug) {
                    throw bug;
                }
                long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
                if (waitedMs >= limitMs) {
                    LOG.atError()
                            .addKeyValue("subject", event.key())
                            .addKeyValue("waitedMs", waitedMs)
                            .setCause(e)
                            .log("a report is given up");
                    return false;
                }
                LOG.atWarn()
                        .addKeyValue("subject", event.key())
                        .addKeyValue("cause", e)
                        .log("a report is not on the log yet; trying again");
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Returns when the event is acknowledged, or earlier if the executor closes. */
    private void await(CompletableFuture<Void> acknowledged)
            throws ExecutionException, TimeoutException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TRY_S);
        while (!closed) {
            try {
                acknowledged.get(CHECK_MS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void close() {
        closed = true;
    }
}
