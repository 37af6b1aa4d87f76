package dev.millrace.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.http.Problem;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.codec.Json;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
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
    private static final long WRITE_TIMEOUT_S = 60;

    private final WorkerExecutor io;
    private final WorkerExecutor transfers;
    private final BlobStore store;
    private final BlobUploads uploads;

    /**
     * @param io for calls of the store
     * @param transfers for downloads, of which each holds a thread while its reader takes what it reads
     */
    ArtifactRoutes(WorkerExecutor io, WorkerExecutor transfers, BlobStore store, BlobUploads uploads) {
        this.io = io;
        this.transfers = transfers;
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

    private Future<List<String>> inParallel(List<Digest> asked) {
        var checks = new ArrayList<Future<Boolean>>();
        for (Digest digest : asked) {
            checks.add(io.executeBlocking(() -> store.contains(digest), false));
        }
        return Future.all(checks).map(done -> {
            var missing = new ArrayList<String>();
            for (int i = 0; i < asked.size(); i++) {
                if (!checks.get(i).result()) {
                    missing.add(asked.get(i).hex());
                }
            }
            return missing;
        });
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
                io.executeBlocking(
                                () -> BlobBatch.parse(
                                        encoding.decode(body == null ? Buffer.buffer() : body, MAX_BATCH_BYTES)),
                                false)
                        .compose(this::store));
    }

    private Future<Map<String, Integer>> store(List<BlobBatch.Entry> entries) {
        var stores = new ArrayList<Future<?>>();
        for (BlobBatch.Entry entry : entries) {
            stores.add(io.executeBlocking(
                    () -> {
                        uploads.storeChecked(entry.digest(), entry.bytes());
                        return true;
                    },
                    false));
        }
        return Future.all(stores).map(done -> Map.of("stored", entries.size()));
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
            return io.executeBlocking(
                    () -> {
                        uploads.storeChecked(digest, Buffer.buffer(canonical));
                        return Map.of("digest", digest.hex());
                    },
                    false);
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
        answer(
                context,
                io.executeBlocking(
                        () -> {
                            if (store.size(digest).isEmpty()) {
                                throw unknown(digest);
                            }
                            return Map.of("url", store.presign(digest));
                        },
                        false));
    }

    private static HttpProblemException unknown(Digest digest) {
        return new HttpProblemException(404, "unknown-blob", "there is no blob " + digest);
    }

    private void get(RoutingContext context, boolean withBody) {
        Digest digest = digest(context);
        HttpServerResponse response = context.response();
        (withBody ? transfers : io)
                .executeBlocking(
                        () -> {
                            OptionalLong size = store.size(digest);
                            if (size.isEmpty()) {
                                throw unknown(digest);
                            }
                            ByteRange range = ByteRange.of(context.request().getHeader("Range"), size.getAsLong());
                            head(response, digest, range);
                            if (withBody && size.getAsLong() > 0) {
                                copy(digest, range, response);
                            }
                            return true;
                        },
                        false)
                .compose(done -> response.end())
                .onFailure(context::fail);
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
    private void copy(Digest digest, ByteRange range, HttpServerResponse response) throws IOException {
        try (InputStream in = store.open(digest, range.first(), range.length())) {
            byte[] chunk = new byte[CHUNK];
            for (int read = in.readNBytes(chunk, 0, CHUNK); read > 0; read = in.readNBytes(chunk, 0, CHUNK)) {
                Buffer out = Buffer.buffer(java.util.Arrays.copyOf(chunk, read));
                response.write(out).toCompletionStage().toCompletableFuture().get(WRITE_TIMEOUT_S, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the reader of " + digest + " is gone or too slow", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending " + digest, e);
        }
    }

    private static void answer(RoutingContext context, Future<?> result) {
        result.onSuccess(value -> context.response()
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(Json.MAPPER.valueToTree(value).toString())))
                .onFailure(context::fail);
    }
}
