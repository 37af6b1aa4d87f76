package dev.millrace.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Reads bodies whole, within limits of size, time and memory, and has them parsed on threads of their own: however large or
 * hostile a body is, no event loop works on it, and all bodies together have a bounded number of bytes. Thread-safe.
 */
public final class Bodies {
    /** Two bodies are worked on at a time, since what is made of one may be many times its size. */
    private static final int THREADS = 2;

    private final Vertx vertx;
    private final HttpLimits limits;
    private final WorkerExecutor workers;
    private final AtomicLong buffered = new AtomicLong();

    Bodies(Vertx vertx, String service, HttpLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
        this.workers = vertx.createSharedWorkerExecutor(service + "-bodies", THREADS);
    }

    /** Makes something of a body; may block, and may throw {@link HttpProblemException}. */
    public interface Parser<T> {
        T parse(byte[] body) throws Exception;
    }

    /**
     * Reads and parses a body without a Content-Encoding.
     *
     * @return fails with a problem when the body is larger than {@code maxBytes}, too slow, encoded, or refused by the parser
     */
    public <T> Future<T> parse(HttpServerRequest request, long maxBytes, Parser<T> parser) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return Future.failedFuture(new HttpProblemException(
                    415, "unknown-encoding", "the body must have no Content-Encoding; it has '" + encoding + "'"));
        }
        return parseEncoded(request, maxBytes, parser);
    }

    /** The same for a route that knows encodings itself. */
    public <T> Future<T> parseEncoded(HttpServerRequest request, long maxBytes, Parser<T> parser) {
        return read(request, maxBytes, body -> workers.executeBlocking(() -> parser.parse(body.getBytes()), false));
    }

    /** Reads a body as it comes, for {@code use} on the event loop; its memory is accounted for until the use has ended. */
    public <T> Future<T> read(HttpServerRequest request, long maxBytes, Function<Buffer, Future<T>> use) {
        long declared = declaredLength(request);
        if (declared > maxBytes) {
            return Future.failedFuture(tooLarge(maxBytes));
        }
        var reading = new Reading(request, maxBytes, Math.max(declared, 0));
        return reading.body().compose(use).onComplete(done -> reading.release());
    }

    /** What the request says its body has; -1 if it does not say. Lengths that are no number do not get this far. */
    public static long declaredLength(HttpServerRequest request) {
        String header = request.getHeader("Content-Length");
        return header == null ? -1 : Long.parseLong(header);
    }

    private static HttpProblemException tooLarge(long maxBytes) {
        return new HttpProblemException(413, "body-too-large", "a body has at most " + maxBytes + " bytes here");
    }

    /** One body on its way in, with the memory it was granted. For the request's event loop. */
    private final class Reading {
        private final HttpServerRequest request;
        private final long maxBytes;
        private final Promise<Buffer> whole = Promise.promise();
        private final Buffer body = Buffer.buffer();
        private long granted;

        Reading(HttpServerRequest request, long maxBytes, long declared) {
            this.request = request;
            this.maxBytes = maxBytes;
            grant(declared);
        }

        private void grant(long bytes) {
            if (bytes <= granted) {
                return;
            }
            long more = bytes - granted;
            if (buffered.addAndGet(more) > limits.maxBufferedBytes()) {
                buffered.addAndGet(-more);
                whole.tryFail(new HttpProblemException(
                        503, "too-many-bodies", "too many bodies are being read at once; try again shortly"));
                return;
            }
            granted = bytes;
        }

        void release() {
            buffered.addAndGet(-granted);
        }

        Future<Buffer> body() {
            if (request.isEnded()) {
                whole.tryComplete(body);
                return whole.future();
            }
            var guard = new SenderGuard(vertx, limits, limits.bodyMs(), whole::tryFail);
            request.exceptionHandler(whole::tryFail);
            request.endHandler(end -> whole.tryComplete(body));
            request.handler(chunk -> {
                guard.received(chunk.length());
                take(chunk);
            });
            return whole.future().onComplete(done -> guard.stop());
        }

        private void take(Buffer chunk) {
            long length = (long) body.length() + chunk.length();
            if (length > maxBytes) {
                whole.tryFail(tooLarge(maxBytes));
            }
            grant(length);
            if (!whole.future().isComplete()) {
                body.appendBuffer(chunk);
            }
        }
    }

    Future<Void> close() {
        return workers.close();
    }
}
