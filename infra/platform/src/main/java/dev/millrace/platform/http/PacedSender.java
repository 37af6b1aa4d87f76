package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.platform.work.Places;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Sends streams at the pace of their readers. A worker thread reads one piece for a reader, and then the next reader has its turn. No
 * thread waits while a reader receives its piece, so slow readers do not delay others. A reader that does not take a piece in time is
 * dropped, and so is a slow reader whose place another one needs. Nothing more is read for a reader that has disconnected. Thread-safe.
 */
public final class PacedSender {
    /**
     * How many bytes are read before the head of an answer is sent. So an answer up to this size can still be replaced by an error if its
     * content is damaged.
     */
    private static final int FIRST_PIECE = 1 << 20;

    private final Vertx vertx;
    private final Bulkhead reads;
    private final int readerMs;
    private final Places readers;
    private final Counter dropped;

    /**
     * @param reads runs the calls that read content; it must accept as many calls as there may be readers
     * @param maxReaders how many readers may be served at the same time; the service asks further ones to try again
     */
    public PacedSender(
            Vertx vertx, Bulkhead reads, String service, HttpLimits limits, int maxReaders, MeterRegistry metrics) {
        this.vertx = vertx;
        this.reads = reads;
        this.readerMs = limits.readerMs();
        this.readers = new Places(metrics, service + "-readers", maxReaders, limits.pace());
        this.dropped = DroppedReaders.counter(metrics, service);
    }

    /** An open source that is to be sent. The sender closes the source. */
    public record Content(PieceSource source, long length) {}

    /**
     * Calls {@code open} on a worker thread, sends the content and ends the response. {@code open} may set headers of the response.
     *
     * @return completes when the response has ended; fails when there are too many readers, when the content cannot be opened or read, or
     *     when the reader is dropped
     */
    public Future<Void> send(HttpServerResponse response, Callable<Content> open) {
        return admit(readers)
                .map(reader -> reads.call(open)
                        .compose(content -> send(reader, content.source(), content.length(), response)
                                .eventually(() -> close(content.source())))
                        .compose(sent -> response.end())
                        .onComplete(done -> reader.close()))
                .orElseGet(() -> Future.failedFuture(new HttpProblemException(
                        ProblemKind.TOO_MANY_READERS, "too many readers are being served; try again")));
    }

    /**
     * Admits a reader that holds a place in {@code places} and not one of this sender's own. Returns empty if no place is free. The caller
     * closes the reader. To be called on the reader's event loop.
     */
    public Optional<ServedReader> admit(Places places) {
        return ServedReader.admit(vertx, readerMs, dropped, places);
    }

    /**
     * Closes a source on Vert.x's own worker threads. They refuse no work, whereas {@code reads} may refuse the call, and the source would
     * then stay open.
     */
    private Future<Void> close(PieceSource source) {
        return vertx.executeBlocking(
                () -> {
                    source.close();
                    return null;
                },
                false);
    }

    /** Sends at most {@code limit} bytes, and neither closes the source nor ends the response. */
    public Future<Void> send(ServedReader reader, PieceSource source, long limit, HttpServerResponse response) {
        var sending = new Sending(reader, source, limit, response);
        sending.next();
        return sending.sent.future();
    }

    /** A stream that is being sent. Used on the response's event loop. */
    private final class Sending {
        private final ServedReader reader;
        private final PieceSource source;
        private final HttpServerResponse response;
        private final Promise<Void> sent = Promise.promise();
        private int piece = FIRST_PIECE;
        private long left;

        Sending(ServedReader reader, PieceSource source, long limit, HttpServerResponse response) {
            this.reader = reader;
            this.source = source;
            this.response = response;
            this.left = limit;
        }

        void next() {
            if (left <= 0) {
                sent.complete();
                return;
            }
            if (response.closed()) {
                sent.fail(new IOException("the reader is gone"));
                return;
            }
            int wanted = (int) Math.min(piece, left);
            reads.call(() -> source.next(wanted)).onSuccess(this::pass).onFailure(sent::fail);
        }

        private void pass(byte @Nullable [] read) {
            if (read == null) {
                sent.complete();
            } else if (read.length == 0) {
                next();
            } else {
                piece = ServedReader.PIECE;
                left -= read.length;
                reader.write(response, Buffer.buffer(read))
                        .onSuccess(taken -> next())
                        .onFailure(sent::fail);
            }
        }
    }
}
