package dev.millrace.executor.attempt;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.event.Event;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events that may be lost, such as live output, on a thread of its own. {@link #tell} never blocks. The publisher blocks while
 * Kafka is unreachable, but a thread that calls {@link #tell} must notice at once when a task or the lease ends. If the queue is full,
 * events are dropped and counted. Thread-safe.
 */
public final class LiveEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveEvents.class);

    /** A piece of live output has at most 22 KiB, so this is at most 11 MiB. */
    static final int MAX_WAITING = 512;

    private record Waiting(Event event, @Nullable String traceparent) {}

    private final EventPublisher publisher;
    private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;

    public LiveEvents(EventPublisher publisher, String executorId) {
        this.publisher = publisher;
        this.thread = new Thread(this::publishAll, "live-" + executorId);
        thread.setDaemon(true);
    }

    /** Starts to publish. Events that were queued before wait until then. */
    public void start() {
        thread.start();
    }

    /** Returns whether the event will be published; false when it was dropped. */
    boolean tell(Event event) {
        return tell(event, null);
    }

    /** @param traceparent the trace context that is sent with the event, if any */
    boolean tell(Event event, @Nullable String traceparent) {
        boolean taken = waiting.offer(new Waiting(event, traceparent));
        if (!taken) {
            dropped.incrementAndGet();
        }
        return taken;
    }

    /** Returns how many events were dropped. */
    public long dropped() {
        return dropped.get();
    }

    private void publishAll() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                publish(waiting.take());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                LOG.atError().setCause(e).log("a live event could not be published and is lost");
            }
        }
    }

    private void publish(Waiting it) {
        publisher.publish(it.event(), it.traceparent()).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.atDebug().addKeyValue("cause", failure).log("an event of the live tail was lost");
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
