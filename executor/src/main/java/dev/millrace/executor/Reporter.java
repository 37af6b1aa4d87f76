package dev.millrace.executor;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.event.Event;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts reports on the log and does not rest before they are there, or the executor closes. Thread-safe. */
final class Reporter {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    private static final long TRY_S = 60;
    private static final long CHECK_MS = 200;
    private static final long PAUSE_MS = 500;

    private final EventPublisher publisher;
    private volatile boolean closed;

    Reporter(EventPublisher publisher) {
        this.publisher = publisher;
    }

    /** Whether the event is on the log; false only when the executor closed first. */
    boolean report(Event event) {
        while (!closed) {
            try {
                await(publisher.publish(event).toCompletableFuture());
                return !closed;
            } catch (ExecutionException | TimeoutException e) {
                if (e.getCause() instanceof IllegalArgumentException bug) {
                    throw bug;
                }
                LOG.atWarn().addKeyValue("cause", e).log("a report is not on the log yet; trying again");
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Returns when the event is acknowledged, or early when the executor closes. */
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

    /** For what may be lost, such as the live tail. */
    void tell(Event event) {
        publisher.publish(event).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.atDebug().addKeyValue("cause", failure).log("an event of the live tail was lost");
            }
        });
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        closed = true;
    }
}
