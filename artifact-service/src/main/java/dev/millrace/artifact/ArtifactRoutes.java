package dev.millrace.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RangeStream;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.http.Problem;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.codec.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The HTTP API of the artifact service. */
final class ArtifactRoutes {
    private static final int MAX_DIGESTS = 10_000;
    private static final long MAX_JSON_BYTES = 32L << 20;
    private static final long MAX_BATCH_BYTES = 16L << 20;
    private static final int CHUNK = 64 * 1024;

    /** What is read before the head of an answer is sent, so that what is no larger can still be refused. */
    private static final int FIRST_CHUNK = 1 << 20;

    private static final int SLICES = 8;
    private static final int SMALLEST_SLICE = 64;
    private static final long WRITE_TIMEOUT_S = 60;

    private final Pools pools;
    private final BlobStore store;
    private final BlobUploads uploads;

    ArtifactRoutes(Pools pools, BlobStore store, BlobUploads uploads) {
        this.pools = pools;
        this.store = store;
        this.uploads = uploads;
    }

    void mount(Router router) {
        router.postWithRegex("/v1/blobs:missing").handler(json(MAX_JSON_BYTES)).handler(this::missing);
        router.postWithRegex("/v1/blobs:batch").handler(json(MAX_BATCH_BYTES)).handler(this::batch);
        router.put("/v1/trees").handler(json(MAX_JSON_BYTES)).handler(this::putTree);
        router.put("/v1/blobs/:digest").handler(this::put);
        router.get("/v1/blobs/:digest").handler(context -> get(context, true));
        router.head("/v1/blobs/:digest").handler(context -> get(context, false));
        router.get("/v1/blobs/:digest/url").handler(this::url);
        router.get("/v1/blobs/:digest/check").handler(this::check);
        router.head("/v1/blobs/:digest/upload").handler(this::offset);
    }

    private static BodyHandler json(long limit) {
        return BodyHandler.create(false).setBodyLimit(limit);
    }

    private static Digest digest(RoutingContext context) {
        String text = String.valueOf(context.pathParam("digest"));
        if (!Digest.isDigest(text)) {
            throw new HttpProblemException(
                    400, "bad-digest", "a digest is a SHA-256 in 64 lower-case hexadecimal digits");
        }
        return new Digest(text);
    }

    private void missing(RoutingContext context) {
        List<Digest> asked = digests(context);
        answer(context, inParallel(asked).map(missing -> Map.of("missing", missing)));
    }

    /** In slices, since each of thousands of questions would take a place of its own in the queue of S3. */
    private Future<List<String>> inParallel(List<Digest> asked) {
        var slices = new ArrayList<Future<List<String>>>();
        int size = Math.max(SMALLEST_SLICE, (asked.size() + SLICES - 1) / SLICES);
        for (int from = 0; from < asked.size(); from += size) {
            List<Digest> slice = asked.subList(from, Math.min(asked.size(), from + size));
            slices.add(pools.questions().call(() -> {
                var missing = new ArrayList<String>();
                for (Digest digest : slice) {
                    if (!store.contains(digest)) {
                        missing.add(digest.hex());
                    }
                }
                return missing;
            }));
        }
        return Future.all(slices)
                .map(done -> slices.stream().flatMap(it -> it.result().stream()).toList());
    }

    private static List<Digest> digests(RoutingContext context) {
        JsonNode list = body(context).path("digests");
        if (!list.isArray() || list.size() > MAX_DIGESTS) {
            throw new HttpProblemException(
                    400, "bad-request", "expected {\"digests\": […]} with at most " + MAX_DIGESTS + " entries");
        }
        var digests = new ArrayList<Digest>();
        for (int i = 0; i < list.size(); i++) {
            if (!Digest.isDigest(list.get(i).asText())) {
                throw new HttpProblemException(
                        400,
                        "bad-digest",
                        "not a SHA-256",
                        List.of(new Problem.Finding("/digests/" + i, "not a SHA-256")));
            }
            digests.add(new Digest(list.get(i).asText()));
        }
        return digests;
    }

    private static JsonNode body(RoutingContext context) {
        Buffer body = context.body().buffer();
        try {
            JsonNode node = body == null ? null : Json.MAPPER.readTree(body.getBytes());
            if (node == null || !node.isObject()) {
                throw new HttpProblemException(400, "bad-json", "expected a JSON object");
            }
            return node;
        } catch (IOException e) {
            throw new HttpProblemException(400, "bad-json", "the body is not JSON: " + firstLine(e));
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private void batch(RoutingContext context) {
        Buffer body = context.body().buffer();
        ContentEncoding encoding = ContentEncoding.of(context.request());
        // Decompressing takes too long for the thread that serves everybody.
        answer(
                context,
                pools.processing()
                        .call(() -> BlobBatch.parse(
                                encoding.decode(body == null ? Buffer.buffer() : body, MAX_BATCH_BYTES)))
                        .compose(this::store));
    }

    private Future<Map<String, Integer>> store(List<BlobBatch.Entry> entries) {
        var slices = new ArrayList<Future<Boolean>>();
        int size = Math.max(SMALLEST_SLICE, (entries.size() + SLICES - 1) / SLICES);
        for (int from = 0; from < entries.size(); from += size) {
            List<BlobBatch.Entry> slice = entries.subList(from, Math.min(entries.size(), from + size));
            slices.add(pools.stores().call(() -> {
                for (BlobBatch.Entry entry : slice) {
                    uploads.storeChecked(entry.digest(), entry.bytes());
                }
                return true;
            }));
        }
        return Future.all(slices).map(done -> Map.of("stored", entries.size()));
    }

    private void putTree(RoutingContext context) {
        Tree tree;
        try {
            tree = Json.MAPPER.treeToValue(body(context), Tree.class);
        } catch (JsonProcessingException | RuntimeException e) {
            throw e instanceof HttpProblemException problem
                    ? problem
                    : new HttpProblemException(400, "bad-tree", "not a tree: " + firstLine(e));
        }
        List<String> problems = tree.problems();
        if (!problems.isEmpty()) {
            throw new HttpProblemException(422, "bad-tree", String.join("; ", problems));
        }
        List<Digest> digests =
                tree.entries().stream().map(TreeEntry::digest).distinct().toList();
        answer(context, inParallel(digests).compose(missing -> {
            if (!missing.isEmpty()) {
                return Future.failedFuture(new HttpProblemException(
                        422,
                        "missing-blobs",
                        missing.size() + " blobs of the tree are not stored, the first is " + missing.get(0)));
            }
            byte[] canonical = tree.canonicalBytes();
            Digest digest = Digest.of(canonical);
            return pools.stores().call(() -> {
                uploads.storeChecked(digest, Buffer.buffer(canonical));
                return Map.of("digest", digest.hex());
            });
        }));
    }

    private void put(RoutingContext context) {
        Digest digest = digest(context);
        uploads.receive(context.request(), digest)
                .onSuccess(done -> context.response().setStatusCode(201).end())
                .onFailure(failure -> {
                    discardRest(context.request());
                    context.fail(failure);
                });
    }

    /** A client that still sends reads no answer. */
    private static void discardRest(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.handler(chunk -> {});
            request.endHandler(end -> {});
            request.resume();
        }
    }

    private void offset(RoutingContext context) {
        uploads.offset(context.request(), digest(context))
                .onSuccess(offset -> context.response()
                        .putHeader(BlobUploads.OFFSET, Long.toString(offset))
                        .end())
                .onFailure(context::fail);
    }

    private void url(RoutingContext context) {
        Digest digest = digest(context);
        answer(context, pools.questions().call(() -> {
            if (store.size(digest).isEmpty()) {
                throw unknown(digest);
            }
            return Map.of("url", store.presign(digest));
        }));
    }

    private static HttpProblemException unknown(Digest digest) {
        return new HttpProblemException(404, "unknown-blob", "there is no blob " + digest);
    }

    private void check(RoutingContext context) {
        Digest digest = digest(context);
        answer(
                context,
                pools.reads()
                        .call(() -> store.check(digest))
                        .map(found -> Map.of(
                                "state", found.condition().wireName(), "size", found.size(), "hash", found.hash())));
    }

    private void get(RoutingContext context, boolean withBody) {
        Digest digest = digest(context);
        (withBody ? pools.reads() : pools.questions())
                .call(() -> {
                    OptionalLong size = store.size(digest);
                    if (size.isEmpty()) {
                        throw unknown(digest);
                    }
                    ByteRange range = ByteRange.of(context.request().getHeader("Range"), size.getAsLong());
                    if (withBody) {
                        send(context.response(), digest, range);
                    } else {
                        head(context.response(), digest, range);
                    }
                    return true;
                })
                .compose(done -> context.response().end())
                .onFailure(context::fail);
    }

    /**
     * Sends a blob or part of it. The last bytes are sent only after all of it was read and found right. A small blob that is
     * damaged is answered with a problem; a large one with a connection that ends too early.
     */
    private void send(HttpServerResponse response, Digest digest, ByteRange range) throws IOException {
        try (InputStream in = new RangeStream(store.open(digest, range.size()), range)) {
            byte[] chunk = in.readNBytes(FIRST_CHUNK);
            head(response, digest, range);
            while (chunk.length > 0) {
                write(response, chunk);
                chunk = in.readNBytes(CHUNK);
            }
        } catch (BlobStore.AbsentException e) {
            throw unknown(digest);
        } catch (CorruptBlobException e) {
            store.damaged(digest);
            throw e;
        }
    }

    private static void head(HttpServerResponse response, Digest digest, ByteRange range) {
        response.putHeader("Content-Type", "application/octet-stream")
                .putHeader("ETag", "\"" + digest + "\"")
                .putHeader("Accept-Ranges", "bytes")
                .putHeader("Cache-Control", "immutable, max-age=31536000")
                .putHeader("Content-Length", Long.toString(range.length()));
        if (range.isPart()) {
            response.setStatusCode(206).putHeader("Content-Range", range.contentRange());
        }
    }

    /** Waits for the peer to take each chunk: a slow reader slows only this transfer. */
    private static void write(HttpServerResponse response, byte[] chunk) throws IOException {
        try {
            response.write(Buffer.buffer(chunk))
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

    private static void answer(RoutingContext context, Future<?> result) {
        result.onSuccess(value -> context.response()
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(Json.MAPPER.valueToTree(value).toString())))
                .onFailure(context::fail);
    }
}
