package dev.millrace.gateway.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A response as a blocking stream, for worker threads: each write waits until the peer has room. */
final class ByteStreams {
    private static final int CHUNK = 64 * 1024;
    private static final int FIRST_BYTES = 1 << 20;
    private static final long WRITE_TIMEOUT_S = 60;

    private ByteStreams() {}

    static void write(HttpServerResponse response, byte[] bytes, int length) throws IOException {
        try {
            response.write(Buffer.buffer(Arrays.copyOf(bytes, length)))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(WRITE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the reader is gone or too slow", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", e);
        }
    }

    /** All of a stream, however long it is. Fails when it fails; what was sent then is not whole. */
    static void copy(InputStream in, HttpServerResponse response) throws IOException {
        for (byte[] chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
            write(response, chunk, chunk.length);
        }
    }

    /**
     * Sends all of a stream that checks itself and has {@code length} bytes. An answer of a few chunks is read before the head of the
     * answer goes out, so that it can still be refused when it turns out to be wrong.
     */
    static void send(InputStream in, HttpServerResponse response, long length) throws IOException {
        byte[] first = in.readNBytes(FIRST_BYTES);
        response.putHeader("Content-Length", Long.toString(length));
        if (first.length > 0) {
            write(response, first, first.length);
        }
        copy(in, response);
    }

    static OutputStream output(HttpServerResponse response) {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteStreams.write(response, Arrays.copyOfRange(bytes, offset, offset + length), length);
            }
        };
    }
}
