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
 * Sends streams at the pace of their readers. A piece is read on a worker, and readers take turns by pieces; while a reader takes its piece,
 * no thread is held, so slow readers cost nobody else anything. One that does not take a piece within its time is dropped, and so is a
 * slow one whose place another needs; nothing is read any more for one that is gone. Thread-safe.
 */
public final class PacedSender {
    /** Bytes read before the head of an answer is sent, so that an answer no larger than this can still be refused when it is damaged. */
    private static final int FIRST_PIECE = 1 << 20;

    private final Vertx vertx;
    private final Bulkhead reads;
    private final int readerMs;
    private final Places readers;
    private final Counter dropped;

    /**
     * @param reads for reading what is sent; it takes as many calls as there are readers
     * @param maxReaders at once; further ones are to try again
     */
    public PacedSender(
            Vertx vertx, Bulkhead reads, String service, HttpLimits limits, int maxReaders, MeterRegistry metrics) {
        this.vertx = vertx;
        this.reads = reads;
        this.readerMs = limits.readerMs();
        this.readers = new Places(metrics, service + "-readers", maxReaders, limits.pace());
        this.dropped = DroppedReaders.counter(metrics, service);
    }

    /** An open source to be sent; the sender closes it. */
    public record Content(PieceSource source, long length) {}

    /**
     * Opens on a worker what is to be sent, which may set the head of the response, sends it and ends the response.
     *
     * @return fails when it cannot be opened or read, or when the reader is dropped
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

    /** Lets a reader in that has a place of another kind, if there is one; the caller closes it. Call on the reader's event loop. */
    public Optional<ServedReader> admit(Places places) {
        return ServedReader.admit(vertx, readerMs, dropped, places);
    }

    /** Where nothing is refused, or what a reader has open would stay open while others wait for threads. */
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

    /** One stream on its way out. For the response's event loop. */
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
