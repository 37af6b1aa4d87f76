package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader that is being served and holds one of a limited number of places. It is dropped when it does not take a piece in time, or when
 * it takes pieces slowly and another reader needs its place. Time between two pieces does not count, since the reader then waits for the
 * service. For one event loop.
 */
public final class ServedReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedReader.class);

    /** Size of a piece in bytes. The time limit of a reader applies to each piece, however many bytes a call of {@link #write} has. */
    static final int PIECE = 64 * 1024;

    private final Vertx vertx;
    private final int readerMs;
    private final Counter dropped;
    private final Places.Place place;
    private @Nullable Promise<Void> taking;

    private ServedReader(Vertx vertx, int readerMs, Counter dropped, Places.Place place) {
        this.vertx = vertx;
        this.readerMs = readerMs;
        this.dropped = dropped;
        this.place = place;
        place.pause();
    }

    /** Admits a reader if it gets a place. To be called on the reader's event loop. */
    static Optional<ServedReader> admit(Vertx vertx, int readerMs, Counter dropped, Places places) {
        Context loop = vertx.getOrCreateContext();
        ServedReader[] admitted = new ServedReader[1];
        return places.take(() -> loop.runOnContext(now -> {
                    ServedReader reader = admitted[0];
                    if (reader != null) {
                        reader.fail(displaced());
                    }
                }))
                .map(place -> admitted[0] = new ServedReader(vertx, readerMs, dropped, place));
    }

    private static HttpProblemException displaced() {
        return new HttpProblemException(
                ProblemKind.DISPLACED, "the answer was taken so slowly that it was given up for another; try again");
    }

    /**
     * Writes bytes to the reader. The future completes when the reader has taken them. It fails when the reader is dropped, or was dropped
     * after the previous write.
     */
    public Future<Void> write(HttpServerResponse response, Buffer bytes) {
        int length = Math.min(PIECE, bytes.length());
        Future<Void> first = writePiece(response, bytes.slice(0, length));
        return length == bytes.length()
                ? first
                : first.compose(taken -> write(response, bytes.slice(length, bytes.length())));
    }

    private Future<Void> writePiece(HttpServerResponse response, Buffer piece) {
        if (place.isDisplaced()) {
            return Future.failedFuture(displaced());
        }
        Promise<Void> taken = Promise.promise();
        taking = taken;
        place.resume();
        long timer = vertx.setTimer(
                readerMs, late -> fail(new IOException("the reader did not take a piece within " + readerMs + " ms")));
        response.write(piece).onComplete(written -> {
            if (written.succeeded()) {
                place.moved(piece.length());
                taken.tryComplete();
            } else {
                taken.tryFail(written.cause());
            }
        });
        return taken.future().onComplete(done -> {
            place.pause();
            vertx.cancelTimer(timer);
        });
    }

    private void fail(Exception why) {
        Promise<Void> waiting = taking;
        if (waiting != null && waiting.tryFail(why)) {
            dropped.increment();
            LOG.atInfo().addKeyValue("reason", why.getMessage()).log("a reader is dropped, it is too slow");
        }
    }

    @Override
    public void close() {
        place.close();
    }
}
