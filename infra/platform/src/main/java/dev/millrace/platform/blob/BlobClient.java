package dev.millrace.platform.blob;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.codec.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Blocking client of the artifact service; callers run it on their own bounded pools. Thread-safe. A transfer never holds
 * a file in memory. Whatever arrives is checked against its digest. Connection trouble is retried up to three times within
 * a call, since every operation is idempotent.
 */
public final class BlobClient {
    /** How files end that a download has not finished. */
    public static final String PARTIAL_SUFFIX = ".part";

    private static final String OFFSET = "Upload-Offset";

    /** Below it an upload that was cut is as well begun anew. */
    private static final long RESUMABLE_BYTES = 4L << 20;

    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MS = 100;
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_SMALL_BYTES = 64 * 1024 * 1024;
    private static final int DIGESTS_PER_REQUEST = 5_000;

    private final URI base;
    private final HttpClient http;

    public BlobClient(URI base) {
        this.base = base;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(3))
                .build();
    }

    /** Which of {@code digests} the store does not have. */
    public Set<Digest> missing(Collection<Digest> digests) throws IOException {
        var missing = new HashSet<Digest>();
        List<Digest> all = List.copyOf(new HashSet<>(digests));
        for (int from = 0; from < all.size(); from += DIGESTS_PER_REQUEST) {
            List<Digest> page = all.subList(from, Math.min(all.size(), from + DIGESTS_PER_REQUEST));
            byte[] body = Json.MAPPER.writeValueAsBytes(Map.of("digests", page));
            byte[] answer = send("POST", "/v1/blobs:missing", BodyPublishers.ofByteArray(body));
            JsonNode found = Json.MAPPER.readTree(answer).path("missing");
            found.forEach(digest -> missing.add(new Digest(digest.asText())));
        }
        return missing;
    }

    public Digest put(byte[] bytes) throws IOException {
        Digest digest = Digest.of(bytes);
        send("PUT", "/v1/blobs/" + digest, BodyPublishers.ofByteArray(bytes));
        return digest;
    }

    /** Stores a file under the digest it was found to have; the server refuses it if the file has changed since. */
    public void put(Digest digest, Path file) throws IOException {
        Optional<Path> compressed = Compression.of(file);
        try {
            Path sent = compressed.orElse(file);
            if (Files.size(sent) > RESUMABLE_BYTES) {
                resume(digest, sent, compressed.isPresent());
            } else if (compressed.isPresent()) {
                send(encoded("PUT", "/v1/blobs/" + digest, BodyPublishers.ofFile(sent)));
            } else {
                send("PUT", "/v1/blobs/" + digest, BodyPublishers.ofFile(sent));
            }
        } finally {
            if (compressed.isPresent()) {
                Files.deleteIfExists(compressed.get());
            }
        }
    }

    /** A large file, from where an upload of it was cut before: by this call, or by another within the last hour. */
    private void resume(Digest digest, Path file, boolean compressed) throws IOException {
        IOException last = new IOException("not tried");
        long before = -1;
        boolean anew = false;
        // As long as every connection brings something there is no reason to give up.
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            long offset = offset(digest, compressed);
            attempt = before >= 0 && offset > before ? 1 : attempt;
            before = offset;
            if (anew || offset > Files.size(file)) {
                offset = 0;
            }
            try {
                HttpRequest whole = compressed
                        ? encoded("PUT", "/v1/blobs/" + digest, from(file, offset))
                        : request("PUT", "/v1/blobs/" + digest, from(file, offset));
                HttpRequest request = HttpRequest.newBuilder(whole, (name, value) -> true)
                        .header(OFFSET, Long.toString(offset))
                        .build();
                HttpResponse<byte[]> response = http.send(request, BlobClient::wholeBody);
                if (response.statusCode() / 100 == 2) {
                    return;
                }
                last = refusal("PUT", request.uri(), response.statusCode(), response.body());
                if (last instanceof RefusedException && offset == 0) {
                    break;
                }
                // What is there may be somebody else's, of another compression say.
                anew = last instanceof RefusedException;
            } catch (IOException e) {
                last = new IOException("the upload of " + digest + " was cut: " + e, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted during the upload of " + digest, e);
            }
            pause(PAUSE_MS << attempt);
        }
        throw last;
    }

    private long offset(Digest digest, boolean compressed) throws IOException {
        String path = "/v1/blobs/" + digest + "/upload";
        HttpResponse<Void> response = exchange(
                compressed
                        ? encoded("HEAD", path, BodyPublishers.noBody())
                        : request("HEAD", path, BodyPublishers.noBody()),
                BodyHandlers.discarding());
        return response.headers().firstValueAsLong(OFFSET).orElse(0);
    }

    private static BodyPublisher from(Path file, long offset) throws IOException {
        if (offset == 0) {
            return BodyPublishers.ofFile(file);
        }
        long rest = Files.size(file) - offset;
        return rest == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> {
                            try {
                                InputStream in = Files.newInputStream(file);
                                in.skipNBytes(offset);
                                return in;
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }),
                        rest);
    }

    /** Stores many small blobs in one request. */
    public void putBatch(Collection<byte[]> blobs) throws IOException {
        var body = new ByteArrayOutputStream();
        for (byte[] blob : blobs) {
            body.writeBytes((Digest.of(blob) + " " + blob.length + "\n").getBytes(StandardCharsets.US_ASCII));
            body.writeBytes(blob);
        }
        byte[] plain = body.toByteArray();
        Optional<byte[]> compressed = Compression.of(plain);
        send(
                compressed.isPresent()
                        ? encoded("POST", "/v1/blobs:batch", BodyPublishers.ofByteArray(compressed.get()))
                        : request("POST", "/v1/blobs:batch", BodyPublishers.ofByteArray(plain)));
    }

    /** Stores a tree whose blobs are all there; the server checks paths and blobs. */
    public Digest putTree(Tree tree) throws IOException {
        byte[] answer = send("PUT", "/v1/trees", BodyPublishers.ofByteArray(tree.canonicalBytes()));
        return new Digest(Json.MAPPER.readTree(answer).path("digest").asText());
    }

    public Tree getTree(Digest digest) throws IOException {
        return Json.MAPPER.readValue(get(digest), Tree.class);
    }

    /** A small blob, checked. */
    public byte[] get(Digest digest) throws IOException {
        byte[] bytes = send("GET", "/v1/blobs/" + digest, BodyPublishers.noBody());
        check(digest, Digest.of(bytes));
        return bytes;
    }

    /** A blob as a stream, unchecked, which fails when nothing comes for half a minute; the caller closes it. */
    public InputStream open(Digest digest) throws IOException {
        HttpRequest request = request("GET", "/v1/blobs/" + digest, BodyPublishers.noBody());
        HttpResponse<InputStream> response = exchange(request, BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            try (InputStream body = response.body()) {
                throw refusal("GET", request.uri(), response.statusCode(), body.readNBytes(MAX_SMALL_BYTES));
            }
        }
        return new StallGuard(response.body(), STALL_TIMEOUT);
    }

    /** Downloads a blob to {@code target}, which appears whole and checked or not at all. */
    public void download(Digest digest, Path target) throws IOException {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("no directory to download to: " + target);
        }
        Files.createDirectories(parent);
        Path partial = Files.createTempFile(parent, ".download", PARTIAL_SUFFIX);
        try {
            var hash = Digest.newHash();
            try (InputStream body = new DigestInputStream(open(digest), hash)) {
                Files.copy(body, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            check(digest, Digest.of(hash));
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static void check(Digest expected, Digest actual) throws IOException {
        if (!actual.equals(expected)) {
            throw new CorruptBlobException(expected, "arrived with the hash " + actual);
        }
    }

    private byte[] send(String method, String path, BodyPublisher body) throws IOException {
        return send(request(method, path, body));
    }

    private HttpRequest encoded(String method, String path, BodyPublisher body) {
        return HttpRequest.newBuilder(request(method, path, body), (name, value) -> true)
                .header("Content-Encoding", Compression.ENCODING)
                .build();
    }

    private byte[] send(HttpRequest request) throws IOException {
        HttpResponse<byte[]> response = exchange(request, BlobClient::wholeBody);
        if (response.statusCode() / 100 != 2) {
            throw refusal(request.method(), request.uri(), response.statusCode(), response.body());
        }
        return response.body();
    }

    /** All of a body; unlike the JDK's own handler it does not wait for ever for the rest of one. */
    private static HttpResponse.BodySubscriber<byte[]> wholeBody(HttpResponse.ResponseInfo info) {
        HttpResponse.BodySubscriber<byte[]> body = HttpResponse.BodySubscribers.ofByteArray();
        var unused = body.getBody().toCompletableFuture().orTimeout(REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        return body;
    }

    private HttpRequest request(String method, String path, BodyPublisher body) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .method(method, body)
                .build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        IOException last = new IOException("not tried");
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                HttpResponse<T> response = http.send(request, handler);
                if (response.statusCode() != 503 || attempt == ATTEMPTS) {
                    return response;
                }
                discard(response.body());
            } catch (IOException e) {
                last = new IOException(
                        "cannot reach the artifact service for " + request.method() + " " + request.uri() + ": " + e,
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted during " + request.method() + " " + request.uri(), e);
            }
            pause(PAUSE_MS << attempt);
        }
        throw last;
    }

    private static void discard(Object body) throws IOException {
        if (body instanceof InputStream stream) {
            stream.close();
        }
    }

    private static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException refusal(String method, URI uri, int status, byte[] body) {
        String detail = new String(body, 0, Math.min(body.length, 1_000), StandardCharsets.UTF_8);
        if (status == 404) {
            return new BlobNotFoundException(uri.toString());
        }
        String answer = method + " " + uri + " was answered with " + status + ": " + detail;
        boolean final4xx = status / 100 == 4 && status != 408 && status != 409 && status != 429;
        return final4xx ? new RefusedException(answer) : new IOException(answer);
    }
}
