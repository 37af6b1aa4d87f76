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
 * Sends answers that are in memory as a whole. A large one holds one of few places until its client has taken it, in pieces, so that
 * clients that do not read fill no memory. For the request's event loop.
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

    /** Makes them known to a request. */
    void give(RoutingContext context) {
        context.put(KEY, this);
        context.next();
    }

    /** Ends the response with {@code body}; fails the request if there is no place for it. Its head may be set, and not be sent yet. */
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
