package dev.millrace.gateway.junit;

import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.http.ServedReader;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.platform.work.Places;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;

/**
 * Serves readers with a thread that writes the answer and waits until the reader has taken it. While another request waits for a thread, a
 * reader that is behind its pace loses its thread. Thread-safe.
 */
public final class BlockingReaders {
    /** How often a request that waits for a thread tries to displace a slow reader. */
    private static final long ASK_MS = 500;

    private final Vertx vertx;
    private final Bulkhead threads;
    private final AsyncBulkhead turns;
    private final PacedSender sender;
    private final Places readers;

    /**
     * @param turns lets owners take turns for the threads; it lets in as many requests at once as there are threads
     * @param readers limits the number of readers that have a thread or wait for one
     */
    public BlockingReaders(Vertx vertx, Bulkhead threads, AsyncBulkhead turns, PacedSender sender, Places readers) {
        this.vertx = vertx;
        this.threads = threads;
        this.turns = turns;
        this.sender = sender;
        this.readers = readers;
    }

    /** Writes an answer. Sets the head of the response before it writes the first byte. */
    public interface Writer {
        void write(OutputStream to) throws Exception;
    }

    /**
     * Serves one reader. The future completes when the reader has received the whole answer; the caller must then end the response. Call on
     * the reader's event loop.
     *
     * @param owner the owner in whose turn the answer is written
     */
    public Future<Void> serve(RoutingContext context, String owner, Writer writer) {
        ServedReader reader = sender.admit(readers)
                .orElseThrow(() -> new HttpProblemException(
                        ProblemKind.TOO_MANY_READERS, "too many readers are being served; try again"));
        long asking = vertx.setPeriodic(ASK_MS, timer -> readers.displaceOne());
        Context loop = vertx.getOrCreateContext();
        return turns.<Void>call(
                        owner,
                        () -> threads.call(() -> {
                            vertx.cancelTimer(asking);
                            writer.write(new ReaderStream(loop, reader, context.response()));
                            return null;
                        }))
                .onComplete(done -> {
                    vertx.cancelTimer(asking);
                    reader.close();
                });
    }

    /** A write blocks until the reader has taken all of its bytes. The time that a reader has for each piece limits how long it blocks. */
    private static final class ReaderStream extends OutputStream {
        private final Context loop;
        private final ServedReader reader;
        private final HttpServerResponse response;

        ReaderStream(Context loop, ServedReader reader, HttpServerResponse response) {
            this.loop = loop;
            this.reader = reader;
            this.response = response;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Buffer piece = Buffer.buffer(Arrays.copyOfRange(bytes, offset, offset + length));
            Promise<Void> taken = Promise.promise();
            loop.runOnContext(now -> reader.write(response, piece).onComplete(taken));
            try {
                taken.future().toCompletionStage().toCompletableFuture().get();
            } catch (ExecutionException e) {
                throw new IOException("the reader is gone or too slow", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while sending", e);
            }
        }
    }
}
