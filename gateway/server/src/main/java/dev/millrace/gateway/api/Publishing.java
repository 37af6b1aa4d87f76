package dev.millrace.gateway.api;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.event.Request;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Publishes requests to Kafka. A Kafka producer that has no metadata yet blocks its caller, so it is called on threads that are used for
 * nothing else.
 */
public final class Publishing {
    private final Vertx vertx;
    private final Bulkhead threads;
    private final EventPublisher publisher;

    public Publishing(Vertx vertx, Bulkhead threads, EventPublisher publisher) {
        this.vertx = vertx;
        this.threads = threads;
        this.publisher = publisher;
    }

    /** Publishes the request. The future succeeds once the request is in Kafka. */
    Future<Void> publish(Request request, @Nullable String traceparent) {
        return threads.call(() -> publisher.publish(request, traceparent))
                .compose(sent -> Future.fromCompletionStage(sent, vertx.getOrCreateContext()));
    }
}
