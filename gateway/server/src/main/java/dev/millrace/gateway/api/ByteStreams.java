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

    static long copy(InputStream in, HttpServerResponse response, long limit) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long left = limit;
        while (left > 0) {
            int read = in.readNBytes(chunk, 0, (int) Math.min(CHUNK, left));
            if (read == 0) {
                break;
            }
            write(response, chunk, read);
            left -= read;
        }
        return limit - left;
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
