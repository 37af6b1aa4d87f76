package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;

/**
 * Sends answers that are completely in memory. A large answer is sent in pieces and holds one of a limited number of places until its
 * client has received it. So clients that do not read cannot use up the memory. To be called on the request's event loop.
 */
public final class LargeAnswers {
    private static final String KEY = LargeAnswers.class.getName();

    private final Vertx vertx;
    private final int readerMs;
    private final Places places;
    private final Counter dropped;

    LargeAnswers(Vertx vertx, String service, HttpLimits limits, MeterRegistry metrics) {
        this.vertx = vertx;
        this.readerMs = limits.readerMs();
        this.places = new Places(metrics, service + "-answers", limits.maxLargeAnswers(), limits.pace());
        this.dropped = DroppedReaders.counter(metrics, service);
    }

    /** Stores this object in the context of a request, where {@link #send} finds it. */
    void give(RoutingContext context) {
        context.put(KEY, this);
        context.next();
    }

    /**
     * Sends {@code body} and ends the response. Fails the request if the body is large and no place is free for it. The caller may have set
     * headers of the response but must not have sent them.
     */
    public static void send(RoutingContext context, byte[] body) {
        if (body.length <= ServedReader.PIECE) {
            context.response().end(Buffer.buffer(body));
        } else {
            Objects.requireNonNull(context.<LargeAnswers>get(KEY)).sendInPieces(context, body);
        }
    }

    private void sendInPieces(RoutingContext context, byte[] body) {
        Optional<ServedReader> reader = ServedReader.admit(vertx, readerMs, dropped, places);
        if (reader.isEmpty()) {
            context.fail(new HttpProblemException(
                    ProblemKind.SATURATED, "too many large answers are being taken; try again shortly"));
            return;
        }
        context.response().putHeader("Content-Length", Integer.toString(body.length));
        reader.get()
                .write(context.response(), Buffer.buffer(body))
                .compose(taken -> context.response().end())
                .onComplete(done -> reader.get().close())
                .onFailure(context::fail);
    }
}
