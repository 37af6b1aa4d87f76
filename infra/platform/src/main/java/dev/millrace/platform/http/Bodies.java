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
 * Reads bodies whole, within limits of size, time and memory, and has them parsed on threads of their own: however large or
 * hostile a body is, no event loop works on it. The bytes of a body count against {@code maxBufferedBytes} from their arrival until the
 * use of what was made of it is over, so requests that wait for something slow have a bounded number of bytes as well. A body that
 * comes too slowly gives way when another finds no room. Thread-safe.
 */
public final class Bodies {
    /** Two bodies are worked on at a time, since what is made of one may be many times its size. */
    private static final int THREADS = 2;

    /** Bodies up to this size have a share of the memory for themselves: most requests are small, and few large ones fill the memory. */
    private static final long SMALL_BYTES = 1 << 20;

    /** One of so many parts of the memory is for small bodies only. */
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

    /** Makes something of a body; may block, and may throw {@link HttpProblemException}. */
    public interface Parser<P> {
        /** @param memory for what is made of the body and may have more bytes than the body itself */
        P parse(byte[] body, Memory memory) throws Exception;
    }

    /** The share of a request in the memory for bodies. */
    public interface Memory {
        /**
         * Says that this many bytes are held in all, in place of the body. To be called before they are allocated.
         *
         * @throws HttpProblemException 503 when there is no room for them
         */
        void hold(long bytes);
    }

    /**
     * Reads and parses a body without a Content-Encoding, and uses what was made of it. The body itself is dropped once it is
     * parsed, and its memory is accounted for until the use has ended.
     *
     * @return what the use comes to; fails with a problem when the body is larger than {@code maxBytes}, too slow, encoded, or
     *     refused by the parser
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

    /** The same for a route that knows encodings itself; its parser accounts for what it decodes. */
    public <P, T> Future<T> parseEncoded(
            HttpServerRequest request, long maxBytes, Parser<P> parser, Function<P, Future<T>> use) {
        return accounted(request, maxBytes, reading -> reading.body()
                .compose(
                        whole -> workers.executeBlocking(() -> parser.parse(reading.takeBytes(), reading::hold), false))
                .compose(use));
    }

    /** Reads a body as it comes, for {@code use} on the event loop; its memory is accounted for until the use has ended. */
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

    /** The body's length as the request states it; -1 if it does not. Lengths that are no number do not get this far. */
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

    /** How much all bodies may have together for one of this size to be among them. */
    private long most(long bytes) {
        long all = limits.maxBufferedBytes();
        return bytes <= SMALL_BYTES ? all : all - all / SMALL_SHARE;
    }

    /** One body with the memory it was granted: read by the request's event loop, then held by one thread at a time. */
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

        /** Hands the body over, so that it can go while what was made of it is in use. */
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
            // Nothing is granted to a body that was given up: nobody would give it back.
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
