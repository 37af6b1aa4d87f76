package dev.millrace.gateway.api;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.event.Request;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** Puts requests on the log. A producer without metadata blocks, so it runs on threads of its own kind. */
public final class Publishing {
    private final Vertx vertx;
    private final Bulkhead threads;
    private final EventPublisher publisher;

    public Publishing(Vertx vertx, Bulkhead threads, EventPublisher publisher) {
        this.vertx = vertx;
        this.threads = threads;
        this.publisher = publisher;
    }

    /** Succeeds once the request is on the log. */
    Future<Void> publish(Request request, @Nullable String traceparent) {
        return threads.call(() -> publisher.publish(request, traceparent))
                .compose(sent -> Future.fromCompletionStage(sent, vertx.getOrCreateContext()));
    }
}
