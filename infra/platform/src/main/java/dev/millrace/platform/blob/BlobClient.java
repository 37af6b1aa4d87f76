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
 * Blocking client of the artifact service; callers run it on their own bounded pools. Thread-safe. No transfer of a file holds the whole
 * file in memory, and only downloads write to a disk. Every blob that arrives is checked against its digest. Every wait is limited by one
 * of the {@link ClientDeadlines}. A request whose connection fails or that gets status 503 is sent up to three times in a call, which is
 * safe since every operation is idempotent.
 */
public final class BlobClient {
    /** Suffix of the files of unfinished downloads. */
    public static final String PARTIAL_SUFFIX = ".part";

    private static final String OFFSET = "Upload-Offset";

    /** Only uploads of larger files can be resumed. An interrupted upload of a smaller file starts again from the beginning. */
    private static final long RESUMABLE_BYTES = 4L << 20;

    /** The kind of the problem with which the service refuses a body that decodes to far more bytes than were sent. */
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

    /** Returns those of {@code digests} that the store does not have. */
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

    /**
     * Stores a file under the digest that the caller computed from it. The server refuses the upload if the file has changed since then.
     */
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

    /** An upload that can be sent compressed or as it is. */
    private interface Upload {
        void send(boolean compressed) throws IOException;
    }

    /**
     * Sends something compressed if {@code compress} is set. If the service refuses this because the compressed form is too small for the
     * number of bytes that it decodes to, sends it again without compression.
     */
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

    /**
     * Uploads a large file. Continues where an earlier upload of the file was interrupted, either in this call or in another one within the
     * last hour.
     */
    private void resume(Digest digest, UploadBody body) throws IOException {
        IOException last = new IOException("not tried");
        long before = -1;
        boolean anew = false;
        // The attempts are counted from 1 again whenever the service has received more bytes, so the upload goes on as
        // long as it makes progress.
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
                // The bytes that the service has already may come from another upload, such as one with another
                // compression. Therefore the next attempt starts at 0.
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

    /** Stores a tree whose blobs have all been stored before. The server checks the paths, and that the blobs exist. */
    public Digest putTree(Tree tree) throws IOException {
        byte[] answer = send("PUT", "/v1/trees", BodyPublishers.ofByteArray(tree.canonicalBytes()));
        return new Digest(Json.MAPPER.readTree(answer).path("digest").asText());
    }

    /** @throws MalformedJsonException when the blob is not a tree */
    public Tree getTree(Digest digest) throws IOException {
        return Tree.read(get(digest, Tree.MAX_BYTES));
    }

    /**
     * Returns a small blob after checking it against its digest.
     *
     * @throws CorruptBlobException when the blob has another hash, or more than 64 MiB
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

    /** Opens a blob of unknown size, as {@link #open(Digest, long)} does. */
    public InputStream open(Digest digest) throws IOException {
        return open(digest, -1);
    }

    /**
     * Opens a blob as a stream. The stream returns its last bytes only after all bytes were checked against the digest and the size. If
     * they do not match, it fails with {@link CorruptBlobException}. The caller closes the stream.
     *
     * @param size the size in bytes that a reference to the blob gives; negative if it is not known
     */
    public InputStream open(Digest digest, long size) throws IOException {
        HttpRequest request = request("GET", "/v1/blobs/" + digest, BodyPublishers.noBody());
        HttpResponse<InputStream> response = exchange(request);
        if (response.statusCode() != 200) {
            throw refusal("GET", request.uri(), response.statusCode(), small(response));
        }
        return new VerifiedStream(new DeadlineStream(response.body(), deadlines), digest, size);
    }

    /** Downloads a blob to {@code target}. The file appears there only when it is complete and checked. */
    public void download(Digest digest, Path target) throws IOException {
        download(digest, target, body -> body);
    }

    /**
     * Downloads a blob as {@link #download(Digest, Path)} does, and lets the caller stop the download, for example because the disk is
     * nearly full.
     *
     * @param watch wraps the stream from which the file is written; if the wrapped stream throws an exception, the download ends
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

    /** Lets the service read and hash a blob in its store, so that the bytes are not sent to this client. */
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
