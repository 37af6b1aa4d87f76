package dev.millrace.artifact;

import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * Takes uploads in: small ones in memory, others through a spool file with backpressure, hashing as they come. Only bytes
 * whose hash is the announced one are stored; storing what is there already costs no write.
 */
final class BlobUploads {
    private static final int IN_MEMORY_BYTES = 1 << 20;
    private static final String SPOOL_PREFIX = "upload-";

    private final Vertx vertx;
    private final WorkerExecutor io;
    private final BlobStore store;
    private final Path spool;
    private final long maxBytes;

    BlobUploads(Vertx vertx, WorkerExecutor io, BlobStore store, Path spool, long maxBytes) {
        this.vertx = vertx;
        this.io = io;
        this.store = store;
        this.spool = spool;
        this.maxBytes = maxBytes;
    }

    /** Makes the spool directory, without what an earlier life left in it. */
    static void prepare(Path spool) throws IOException {
        Files.createDirectories(spool);
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(spool, SPOOL_PREFIX + "*")) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }

    /** Fails with a problem when the body is too large or has another hash. */
    Future<Void> receive(HttpServerRequest request, Digest announced) {
        long length = declaredLength(request);
        if (length > maxBytes) {
            return Future.failedFuture(tooLarge());
        }
        ContentEncoding encoding = ContentEncoding.of(request);
        return length >= 0 && length <= IN_MEMORY_BYTES && encoding == ContentEncoding.IDENTITY
                ? inMemory(request, announced)
                : spooled(request, announced, encoding);
    }

    private static long declaredLength(HttpServerRequest request) {
        String header = request.getHeader("Content-Length");
        return header == null ? -1 : Long.parseLong(header);
    }

    private HttpProblemException tooLarge() {
        return new HttpProblemException(413, "blob-too-large", "a blob has at most " + maxBytes + " bytes");
    }

    private Future<Void> inMemory(HttpServerRequest request, Digest announced) {
        return request.body()
                .compose(body -> io.executeBlocking(
                        () -> {
                            byte[] bytes = body.getBytes();
                            check(announced, Digest.of(bytes));
                            storeUnlessThere(announced, new ByteArrayInputStream(bytes), bytes.length);
                            return null;
                        },
                        false));
    }

    private Future<Void> spooled(HttpServerRequest request, Digest announced, ContentEncoding encoding) {
        request.pause();
        Path file = spool.resolve(SPOOL_PREFIX + announced.hex().substring(0, 16) + "-" + System.nanoTime());
        MessageDigest hash = Digest.newHash();
        return vertx.fileSystem()
                .open(
                        file.toString(),
                        new OpenOptions().setCreateNew(true).setWrite(true).setRead(false))
                .compose(out -> spool(request, out, hash))
                .compose(done -> io.executeBlocking(
                        () -> {
                            if (encoding == ContentEncoding.IDENTITY) {
                                check(announced, Digest.of(hash));
                                storeFile(announced, file);
                            } else {
                                storeDecoded(announced, file, encoding);
                            }
                            return (Void) null;
                        },
                        false))
                .eventually(() -> vertx.fileSystem().delete(file.toString()).otherwiseEmpty());
    }

    private void storeFile(Digest digest, Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            storeUnlessThere(digest, in, Files.size(file));
        }
    }

    private void storeDecoded(Digest announced, Path file, ContentEncoding encoding) throws IOException {
        Path decoded = file.resolveSibling(file.getFileName() + ".decoded");
        MessageDigest hash = Digest.newHash();
        try (InputStream in = encoding.decode(Files.newInputStream(file));
                OutputStream out = Files.newOutputStream(decoded)) {
            byte[] chunk = new byte[64 * 1024];
            long total = 0;
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                total += read;
                if (total > maxBytes) {
                    throw tooLarge();
                }
                hash.update(chunk, 0, read);
                out.write(chunk, 0, read);
            }
            out.flush();
            check(announced, Digest.of(hash));
            storeFile(announced, decoded);
        } finally {
            Files.deleteIfExists(decoded);
        }
    }

    private Future<Void> spool(HttpServerRequest request, AsyncFile out, MessageDigest hash) {
        Promise<Void> received = Promise.promise();
        long[] total = {0};
        request.exceptionHandler(received::tryFail);
        out.exceptionHandler(received::tryFail);
        request.handler(chunk -> {
            total[0] += chunk.length();
            if (total[0] > maxBytes) {
                received.tryFail(tooLarge());
                return;
            }
            hash.update(chunk.getBytes());
            out.write(chunk).onFailure(received::tryFail);
            if (out.writeQueueFull()) {
                request.pause();
                out.drainHandler(drained -> request.resume());
            }
        });
        request.endHandler(end -> received.tryComplete());
        request.resume();
        return received.future().eventually(out::close);
    }

    /** For one blob of a batch, already in memory. */
    void storeChecked(Digest announced, Buffer bytes) throws IOException {
        byte[] content = bytes.getBytes();
        check(announced, Digest.of(content));
        storeUnlessThere(announced, new ByteArrayInputStream(content), content.length);
    }

    private void storeUnlessThere(Digest digest, InputStream bytes, long size) throws IOException {
        if (!store.needNotStore(digest)) {
            store.put(digest, bytes, size);
        }
    }

    private static void check(Digest announced, Digest actual) {
        if (!announced.equals(actual)) {
            throw new HttpProblemException(
                    422, "hash-mismatch", "the bytes have the SHA-256 " + actual + ", not the announced " + announced);
        }
    }
}
