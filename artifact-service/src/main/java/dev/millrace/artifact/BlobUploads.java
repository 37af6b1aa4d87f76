package dev.millrace.artifact;

import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.SenderGuard;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.Places;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Receives uploads: small ones in memory, others through a spool file with backpressure. Only bytes whose hash is the announced one are
 * stored. A blob that is already stored intact is not written again, and a damaged blob is repaired. An upload with the header {@value
 * #OFFSET} can be resumed after its connection was cut. An upload that is too slow is cut when another one finds no free place or a full
 * spool.
 */
final class BlobUploads {
    /** The header with the offset at which an upload resumes: how many bytes of its body the service already has. */
    static final String OFFSET = "Upload-Offset";

    private static final int IN_MEMORY_BYTES = 1 << 20;
    private static final int CHUNK = 64 * 1024;

    /** The most decoded bytes of a compressed body that is handled as a small one. Decoding them takes about a tenth of a second. */
    private static final long SMALL_BYTES = 16 << 20;

    private final Vertx vertx;
    private final Pools pools;
    private final BlobStore store;
    private final Spool spool;
    private final Places places;
    private final long maxBytes;
    private final Bodies bodies;
    private final HttpLimits limits;

    /** @param places the places of uploads that go through the spool; each upload takes one */
    BlobUploads(
            Vertx vertx,
            Pools pools,
            BlobStore store,
            Spool spool,
            Places places,
            long maxBytes,
            Bodies bodies,
            HttpLimits limits) {
        this.vertx = vertx;
        this.pools = pools;
        this.store = store;
        this.spool = spool;
        this.places = places;
        this.maxBytes = maxBytes;
        this.bodies = bodies;
        this.limits = limits;
    }

    /** Receives and stores a blob. Fails with a problem when the body is too large or has another hash. */
    Future<Void> receive(HttpServerRequest request, Digest announced) {
        long length = Bodies.declaredLength(request);
        if (length > maxBytes) {
            return Future.failedFuture(tooLarge());
        }
        ContentEncoding encoding = ContentEncoding.of(request);
        Long offset = offset(request);
        return offset == null && length >= 0 && length <= IN_MEMORY_BYTES && encoding == ContentEncoding.IDENTITY
                ? inMemory(request, announced)
                : spooled(request, announced, encoding, offset);
    }

    /** Returns how many bytes the service has of the body of an upload that was cut. */
    Future<Long> offset(HttpServerRequest request, Digest announced) {
        ContentEncoding encoding = ContentEncoding.of(request);
        return pools.disk().call(() -> spool.offset(announced, encoding.wireName()));
    }

    private static @Nullable Long offset(HttpServerRequest request) {
        String header = request.getHeader(OFFSET);
        if (header != null && !header.matches("[0-9]{1,18}")) {
            throw new HttpProblemException(ProblemKind.BAD_OFFSET, "'" + header + "' is no number of bytes");
        }
        return header == null ? null : Long.valueOf(header);
    }

    private HttpProblemException tooLarge() {
        return new HttpProblemException(ProblemKind.BLOB_TOO_LARGE, "a blob has at most " + maxBytes + " bytes");
    }

    private Future<Void> inMemory(HttpServerRequest request, Digest announced) {
        return bodies.read(request, IN_MEMORY_BYTES, body -> pools.stores().call(() -> {
            storeChecked(new Blob(announced, body.getBytes()));
            return null;
        }));
    }

    private Future<Void> spooled(
            HttpServerRequest request, Digest announced, ContentEncoding encoding, @Nullable Long offset) {
        request.pause();
        // The handler is set now. Otherwise the service would not notice a client that disconnects while the file is
        // opened.
        Promise<Void> received = Promise.promise();
        request.exceptionHandler(received::tryFail);
        Context loop = vertx.getOrCreateContext();
        Places.Place place = places.take(() -> loop.runOnContext(now -> received.tryFail(displaced())))
                .orElseThrow(() -> new HttpProblemException(
                        ProblemKind.TOO_MANY_UPLOADS, "too many uploads are under way; try again"));
        place.pause();
        return pools.disk()
                .call(() -> spool.begin(announced, encoding.wireName(), offset))
                .compose(upload -> spool(request, upload, received, place)
                        .compose(done -> stored(announced, upload, encoding))
                        .recover(failure -> interrupted(upload).transform(kept -> Future.<Void>failedFuture(failure))))
                .onComplete(done -> place.close())
                .onFailure(failure -> {
                    if (failure instanceof HttpProblemException problem && problem.kind() == ProblemKind.SPOOL_FULL) {
                        places.displaceOne();
                    }
                });
    }

    private static HttpProblemException displaced() {
        return new HttpProblemException(
                ProblemKind.DISPLACED, "the upload came so slowly that it was cut for another; go on with it, faster");
    }

    /**
     * Ends a failed upload that no other thread is storing: its connection was cut, or storing it was refused, or its turn never came. Its
     * place must become free however busy the service is, so this runs on Vert.x's worker threads, which refuse no call; there are few
     * enough uploads for that.
     */
    private Future<Void> interrupted(Spool.Upload upload) {
        return vertx.executeBlocking(
                () -> {
                    if (upload.claim()) {
                        upload.interrupt();
                    }
                    return null;
                },
                false);
    }

    private Future<Void> spool(
            HttpServerRequest request, Spool.Upload upload, Promise<Void> received, Places.Place place) {
        return vertx.fileSystem()
                .open(
                        upload.file().toString(),
                        new OpenOptions().setCreate(true).setWrite(true).setRead(false))
                .compose(out -> {
                    out.setWritePos(upload.size());
                    out.exceptionHandler(received::tryFail);
                    // There is no deadline, since a large file may take long on a slow connection. The minimum rate
                    // bounds the time.
                    var guard = new SenderGuard(vertx, limits, 0, place, received::tryFail);
                    request.handler(chunk -> {
                        guard.received(chunk.length());
                        take(request, upload, out, chunk, received, guard);
                    });
                    request.endHandler(end -> {
                        if (place.complete()) {
                            received.tryComplete();
                        }
                    });
                    place.resume();
                    request.resume();
                    return received.future().onComplete(done -> guard.stop()).eventually(out::close);
                });
    }

    private void take(
            HttpServerRequest request,
            Spool.Upload upload,
            AsyncFile out,
            Buffer chunk,
            Promise<Void> received,
            SenderGuard guard) {
        if (received.future().isComplete()) {
            return;
        }
        try {
            upload.grow(chunk.length());
        } catch (HttpProblemException e) {
            received.tryFail(e);
            return;
        }
        if (upload.size() > maxBytes) {
            received.tryFail(tooLarge());
            return;
        }
        out.write(chunk).onFailure(received::tryFail);
        if (out.writeQueueFull()) {
            request.pause();
            guard.paused();
            out.drainHandler(drained -> {
                guard.resumed();
                request.resume();
            });
        }
    }

    /**
     * Stores an upload whose body has arrived. The size of a compressed body is known only after decoding, so each one is first handled as
     * a small one.
     */
    private Future<Void> stored(Digest announced, Spool.Upload upload, ContentEncoding encoding) {
        if (encoding == ContentEncoding.IDENTITY) {
            return pools.stores().call(() -> {
                claim(upload);
                try {
                    check(announced, hash(upload.file()));
                    storeFile(announced, upload.file());
                    return (Void) null;
                } finally {
                    upload.end();
                }
            });
        }
        return pools.smallDecodes()
                .call(() -> storeDecoded(announced, upload, encoding, Math.min(SMALL_BYTES, maxBytes)))
                .compose(done -> done
                        ? Future.<Void>succeededFuture()
                        : pools.largeDecodes()
                                .call(() -> storeDecoded(announced, upload, encoding, maxBytes))
                                .mapEmpty());
    }

    private static void claim(Spool.Upload upload) throws IOException {
        if (!upload.claim()) {
            throw new IOException("the upload was given up before its turn");
        }
    }

    private static Digest hash(Path file) throws IOException {
        MessageDigest hash = Digest.newHash();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                hash.update(chunk, 0, read);
            }
        }
        return Digest.of(hash);
    }

    private void storeFile(Digest digest, Path file) throws IOException {
        store.put(digest, file);
    }

    /**
     * Decodes and stores an upload. Returns false and stores nothing if it decodes to more than {@code most} bytes. Fails if it decodes to
     * more bytes than a blob may have.
     */
    private boolean storeDecoded(Digest announced, Spool.Upload upload, ContentEncoding encoding, long most)
            throws IOException {
        Spool.Upload decoded = spool.scratch();
        MessageDigest hash = Digest.newHash();
        boolean claimed = false;
        try {
            try (InputStream in = encoding.decode(Files.newInputStream(upload.file()));
                    OutputStream out = Files.newOutputStream(decoded.file())) {
                byte[] chunk = new byte[CHUNK];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    decoded.grow(read);
                    if (decoded.size() > maxBytes) {
                        throw tooLarge();
                    }
                    if (decoded.size() > most) {
                        return false;
                    }
                    hash.update(chunk, 0, read);
                    out.write(chunk, 0, read);
                }
            }
            check(announced, Digest.of(hash));
            claim(upload);
            claimed = true;
            storeFile(announced, decoded.file());
            return true;
        } catch (HttpProblemException e) {
            // An upload that is refused for good cannot be resumed.
            claimed |= e.kind().status() < 500 && upload.claim();
            throw e;
        } finally {
            decoded.end();
            if (claimed) {
                upload.end();
            }
        }
    }

    /** Checks the hash of a blob that is already in memory, and stores it. */
    void storeChecked(Blob blob) throws IOException {
        check(blob.digest(), Digest.of(blob.bytes()));
        store.put(blob);
    }

    private static void check(Digest announced, Digest actual) {
        if (!announced.equals(actual)) {
            throw new HttpProblemException(
                    ProblemKind.HASH_MISMATCH,
                    "the bytes have the SHA-256 " + actual + ", not the announced " + announced);
        }
    }
}
