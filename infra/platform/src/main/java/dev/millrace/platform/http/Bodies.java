package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;

/**
 * Reads whole request bodies within limits of size, time and memory, and parses them on separate threads, so that even a large or hostile
 * body does not block an event loop. The bytes of a body count against {@code maxBufferedBytes} from their arrival until the request no
 * longer uses the object that was parsed from them. This also bounds the memory of requests that wait for something slow. If the memory is
 * used up, a body that arrives too slowly is given up for another one. Thread-safe.
 */
public final class Bodies {
    /** At most two bodies are parsed at the same time, since the parsed object may be many times as large as the body. */
    private static final int THREADS = 2;

    /**
     * A part of the memory is reserved for bodies up to this size. Most requests are small, and a few large ones could otherwise use all of
     * the memory.
     */
    private static final long SMALL_BYTES = 1 << 20;

    /** The part of the memory that is reserved for small bodies is one divided by this number. */
    private static final int SMALL_SHARE = 4;

    private final Vertx vertx;
    private final HttpLimits limits;
    private final WorkerExecutor workers;
    private final Places memory;

    Bodies(Vertx vertx, String service, HttpLimits limits, MeterRegistry metrics) {
        this.vertx = vertx;
        this.limits = limits;
        this.memory = new Places(metrics, service + "-bodies", limits.maxBufferedBytes(), limits.pace());
        this.workers = vertx.createSharedWorkerExecutor(service + "-bodies", THREADS);
    }

    /** Parses a body. May block, and may throw {@link HttpProblemException}. */
    public interface Parser<P> {
        /** @param memory accounts for the parsed object, which may need more bytes than the body itself */
        P parse(byte[] body, Memory memory) throws Exception;
    }

    /** The part of the memory for bodies that one request holds. */
    public interface Memory {
        /**
         * Raises the memory that this request holds to {@code bytes} in total. The size of the body is not added to this number. To be
         * called before the bytes are allocated.
         *
         * @throws HttpProblemException with status 503 when not enough memory is free
         */
        void hold(long bytes);
    }

    /**
     * Reads and parses a body without a Content-Encoding, and passes the parsed object to {@code use}. The body itself is dropped after it
     * was parsed, but its memory is accounted for until the future of {@code use} completes.
     *
     * @return the result of {@code use}; fails with a problem when the body is larger than {@code maxBytes}, arrives too slowly, is
     *     encoded, or is refused by the parser
     */
    public <P, T> Future<T> parse(
            HttpServerRequest request, long maxBytes, Parser<P> parser, Function<P, Future<T>> use) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return Future.failedFuture(new HttpProblemException(
                    ProblemKind.UNKNOWN_ENCODING, "the body must have no Content-Encoding; it has '" + encoding + "'"));
        }
        return parseEncoded(request, maxBytes, parser, use);
    }

    /**
     * Does the same as {@link #parse} for a route that decodes the body itself. The parser must account for the memory of the decoded
     * bytes.
     */
    public <P, T> Future<T> parseEncoded(
            HttpServerRequest request, long maxBytes, Parser<P> parser, Function<P, Future<T>> use) {
        return accounted(request, maxBytes, reading -> reading.body()
                .compose(
                        whole -> workers.executeBlocking(() -> parser.parse(reading.takeBytes(), reading::hold), false))
                .compose(use));
    }

    /**
     * Reads a body and passes it to {@code use} on the event loop without parsing it. The body's memory is accounted for until the future
     * of {@code use} completes.
     */
    public <T> Future<T> read(HttpServerRequest request, long maxBytes, Function<Buffer, Future<T>> use) {
        return accounted(request, maxBytes, reading -> reading.body().compose(use));
    }

    private <T> Future<T> accounted(HttpServerRequest request, long maxBytes, Function<Reading, Future<T>> use) {
        long declared = declaredLength(request);
        if (declared > maxBytes) {
            return Future.failedFuture(tooLarge(maxBytes));
        }
        var reading = new Reading(request, maxBytes, Math.max(declared, 0));
        return use.apply(reading).onComplete(done -> reading.release());
    }

    /**
     * Returns the body's length as the request's Content-Length header states it, or -1 without that header. Requests whose length is not a
     * number were refused before.
     */
    public static long declaredLength(HttpServerRequest request) {
        String header = request.getHeader("Content-Length");
        return header == null ? -1 : Long.parseLong(header);
    }

    private static HttpProblemException tooLarge(long maxBytes) {
        return new HttpProblemException(ProblemKind.BODY_TOO_LARGE, "a body has at most " + maxBytes + " bytes here");
    }

    private static HttpProblemException tooMany() {
        return new HttpProblemException(
                ProblemKind.TOO_MANY_BODIES, "too many bodies are being worked on at once; try again shortly");
    }

    private static HttpProblemException displaced() {
        return new HttpProblemException(
                ProblemKind.DISPLACED,
                "the body came so slowly that it was given up for another; send it again, faster");
    }

    /**
     * Returns how many bytes all bodies together may hold when a body of this size gets its memory. Large bodies must leave the reserved
     * part free.
     */
    private long most(long bytes) {
        long all = limits.maxBufferedBytes();
        return bytes <= SMALL_BYTES ? all : all - all / SMALL_SHARE;
    }

    /** A body and the memory that was granted to it. The request's event loop reads the body; after that, one thread at a time uses it. */
    private final class Reading {
        private final HttpServerRequest request;
        private final long maxBytes;
        private final long declared;
        private final Promise<Buffer> whole = Promise.promise();
        private final Places.Place place;
        private Buffer body = Buffer.buffer();

        Reading(HttpServerRequest request, long maxBytes, long declared) {
            this.request = request;
            this.maxBytes = maxBytes;
            this.declared = declared;
            Context loop = vertx.getOrCreateContext();
            this.place = memory.open(() -> loop.runOnContext(now -> whole.tryFail(displaced())));
        }

        private boolean grant(long bytes) {
            long more = bytes - place.units();
            return more <= 0 || place.grow(more, most(Math.max(declared, bytes)));
        }

        void hold(long bytes) {
            if (!grant(bytes)) {
                throw tooMany();
            }
        }

        void release() {
            place.close();
        }

        /**
         * Returns the body's bytes and drops this object's reference to the body, so that the body can be garbage-collected while the
         * parsed object is still in use.
         */
        byte[] takeBytes() {
            byte[] bytes = body.getBytes();
            body = Buffer.buffer();
            return bytes;
        }

        Future<Buffer> body() {
            if (request.isEnded()) {
                ended();
                return whole.future();
            }
            var guard = new SenderGuard(vertx, limits, limits.bodyMs(), place, whole::tryFail);
            request.exceptionHandler(whole::tryFail);
            request.endHandler(end -> ended());
            request.handler(chunk -> {
                guard.received(chunk.length());
                take(chunk);
            });
            return whole.future().onComplete(done -> guard.stop());
        }

        private void ended() {
            if (place.complete()) {
                whole.tryComplete(body);
            } else {
                whole.tryFail(displaced());
            }
        }

        private void take(Buffer chunk) {
            // A body that was given up gets no more memory, since nothing would release it.
            if (whole.future().isComplete()) {
                return;
            }
            long length = (long) body.length() + chunk.length();
            if (length > maxBytes) {
                whole.tryFail(tooLarge(maxBytes));
            } else if (grant(length)) {
                body.appendBuffer(chunk);
            } else {
                whole.tryFail(place.isDisplaced() ? displaced() : tooMany());
            }
        }
    }

    Future<Void> close() {
        return workers.close();
    }
}
