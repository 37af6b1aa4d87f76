package dev.millrace.platform.blob;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.DeadlineStream;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Blocking client of the artifact service; callers run it on their own bounded pools. Thread-safe. A transfer never holds
 * a file in memory nor puts one on a disk by itself. Whatever arrives is checked against its digest. Every wait has one of the
 * {@link ClientDeadlines}. Connection trouble is retried up to three times within a call, since every operation is idempotent.
 */
public final class BlobClient {
    /** How files end that a download has not finished. */
    public static final String PARTIAL_SUFFIX = ".part";

    private static final String OFFSET = "Upload-Offset";

    /** Below it an upload that was cut is as well begun anew. */
    private static final long RESUMABLE_BYTES = 4L << 20;

    /** The kind of the problem that the service answers a body with that decodes to far more than it has. */
    private static final String RATIO_REFUSED = "compression-ratio";

    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MS = 100;
    private static final int MAX_SMALL_BYTES = 64 * 1024 * 1024;
    private static final int DIGESTS_PER_REQUEST = 5_000;

    private final URI base;
    private final ClientDeadlines deadlines;
    private final HttpClient http;

    public BlobClient(URI base) {
        this(base, ClientDeadlines.DEFAULT);
    }

    public BlobClient(URI base, ClientDeadlines deadlines) {
        this.base = base;
        this.deadlines = deadlines;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(deadlines.connect())
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
        upload(Compression.isWorthIt(file), compressed -> put(digest, file, compressed));
    }

    private void put(Digest digest, Path file, boolean compress) throws IOException {
        try (var body = new UploadBody(file, compress)) {
            if (Files.size(file) > RESUMABLE_BYTES) {
                resume(digest, body);
            } else {
                send(upload("PUT", "/v1/blobs/" + digest, body.from(0), body.compressed()));
            }
        }
    }

    /** How something is sent. */
    private interface Upload {
        void send(boolean compressed) throws IOException;
    }

    /** Sends a file as it is if its compressed form is so small that the service does not decode it. */
    private static void upload(boolean compress, Upload upload) throws IOException {
        try {
            upload.send(compress);
        } catch (RefusedException e) {
            if (!compress || !String.valueOf(e.getMessage()).contains(RATIO_REFUSED)) {
                throw e;
            }
            upload.send(false);
        }
    }

    /** A large file, from where an upload of it was cut before: by this call, or by another within the last hour. */
    private void resume(Digest digest, UploadBody body) throws IOException {
        IOException last = new IOException("not tried");
        long before = -1;
        boolean anew = false;
        // As long as every connection brings something there is no reason to give up.
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            long offset = offset(digest, body.compressed());
            attempt = before >= 0 && offset > before ? 1 : attempt;
            before = offset;
            offset = anew ? 0 : offset;
            try {
                HttpRequest whole = upload("PUT", "/v1/blobs/" + digest, body.from(offset), body.compressed());
                HttpRequest request = HttpRequest.newBuilder(whole, (name, value) -> true)
                        .header(OFFSET, Long.toString(offset))
                        .build();
                HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
                if (response.statusCode() / 100 == 2) {
                    response.body().close();
                    return;
                }
                last = refusal("PUT", request.uri(), response.statusCode(), small(response));
                if (last instanceof RefusedException && offset == 0) {
                    break;
                }
                // The bytes there may be somebody else's, of another compression for example.
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
        HttpResponse<InputStream> response =
                exchange(upload("HEAD", "/v1/blobs/" + digest + "/upload", BodyPublishers.noBody(), compressed));
        response.body().close();
        return response.headers().firstValueAsLong(OFFSET).orElse(0);
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
        upload(
                compressed.isPresent(),
                compress -> send(upload(
                        "POST",
                        "/v1/blobs:batch",
                        BodyPublishers.ofByteArray(compress ? compressed.orElse(plain) : plain),
                        compress)));
    }

    /** Stores a tree whose blobs are all there; the server checks paths and blobs. */
    public Digest putTree(Tree tree) throws IOException {
        byte[] answer = send("PUT", "/v1/trees", BodyPublishers.ofByteArray(tree.canonicalBytes()));
        return new Digest(Json.MAPPER.readTree(answer).path("digest").asText());
    }

    /** @throws MalformedJsonException when the blob is no tree */
    public Tree getTree(Digest digest) throws IOException {
        return Tree.read(get(digest, Tree.MAX_BYTES));
    }

    /**
     * A small blob, checked.
     *
     * @throws CorruptBlobException when it has another hash, or more than 64 MiB
     */
    public byte[] get(Digest digest) throws IOException {
        return get(digest, MAX_SMALL_BYTES);
    }

    private byte[] get(Digest digest, int maxBytes) throws IOException {
        try (InputStream in = open(digest)) {
            byte[] bytes = in.readNBytes(maxBytes);
            if (in.read() >= 0) {
                throw new CorruptBlobException(digest, "has more than the " + maxBytes + " bytes of a document");
            }
            return bytes;
        }
    }

    /** A blob of unknown size, as {@link #open(Digest, long)}. */
    public InputStream open(Digest digest) throws IOException {
        return open(digest, -1);
    }

    /**
     * A blob as a stream whose last bytes come only once all were found to be right; else it fails with
     * {@link CorruptBlobException}. The caller closes it.
     *
     * @param size what a reference says of its size in bytes; negative if none does
     */
    public InputStream open(Digest digest, long size) throws IOException {
        HttpRequest request = request("GET", "/v1/blobs/" + digest, BodyPublishers.noBody());
        HttpResponse<InputStream> response = exchange(request);
        if (response.statusCode() != 200) {
            throw refusal("GET", request.uri(), response.statusCode(), small(response));
        }
        return new VerifiedStream(new DeadlineStream(response.body(), deadlines), digest, size);
    }

    /** Downloads a blob to {@code target}, which appears whole and checked or not at all. */
    public void download(Digest digest, Path target) throws IOException {
        download(digest, target, body -> body);
    }

    /**
     * The same for a disk that somebody watches.
     *
     * @param watch makes the stream from which bytes are written, and may have it fail, which ends the download
     */
    public void download(Digest digest, Path target, UnaryOperator<InputStream> watch) throws IOException {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("no directory to download to: " + target);
        }
        Files.createDirectories(parent);
        Path partial = Files.createTempFile(parent, ".download", PARTIAL_SUFFIX);
        try {
            try (InputStream body = watch.apply(open(digest))) {
                Files.copy(body, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** Has the service read and hash a blob where it is stored, so that the bytes do not travel. */
    public BlobState check(Digest digest) throws IOException {
        JsonNode found = Json.MAPPER.readTree(send("GET", "/v1/blobs/" + digest + "/check", BodyPublishers.noBody()));
        return new BlobState(
                BlobState.Condition.of(found.path("state").asText()),
                found.path("size").asLong(),
                found.path("hash").asText(""));
    }

    private byte[] send(String method, String path, BodyPublisher body) throws IOException {
        return send(request(method, path, body));
    }

    private HttpRequest upload(String method, String path, BodyPublisher body, boolean compressed) {
        HttpRequest plain = request(method, path, body);
        return compressed
                ? HttpRequest.newBuilder(plain, (name, value) -> true)
                        .header("Content-Encoding", Compression.ENCODING)
                        .build()
                : plain;
    }

    private byte[] send(HttpRequest request) throws IOException {
        HttpResponse<InputStream> response = exchange(request);
        byte[] body = small(response);
        if (response.statusCode() / 100 != 2) {
            throw refusal(request.method(), request.uri(), response.statusCode(), body);
        }
        return body;
    }

    private byte[] small(HttpResponse<InputStream> response) throws IOException {
        try (InputStream in = new DeadlineStream(response.body(), deadlines)) {
            return in.readNBytes(MAX_SMALL_BYTES);
        }
    }

    private HttpRequest request(String method, String path, BodyPublisher body) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(deadlines.firstByte())
                .method(method, body)
                .build();
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        IOException last = new IOException("not tried");
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
                if (response.statusCode() != 503 || attempt == ATTEMPTS) {
                    return response;
                }
                response.body().close();
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
        if (status == 502 && detail.contains("corrupt-blob")) {
            return new CorruptBlobException(uri + " is damaged where it is stored: " + detail);
        }
        String answer = method + " " + uri + " was answered with " + status + ": " + detail;
        boolean final4xx = status / 100 == 4 && status != 408 && status != 409 && status != 429;
        return final4xx ? new RefusedException(answer) : new IOException(answer);
    }
}
