package dev.millrace.artifact;

import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RangeStream;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.http.LargeAnswers;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The HTTP API of the artifact service. */
final class ArtifactRoutes {
    private static final long MAX_DIGESTS_BYTES = 2L << 20;
    private static final long MAX_BATCH_BYTES = 16L << 20;
    /** Pieces of one request that are under way at the same time. */
    private static final int CHAINS = 4;

    private static final int PIECE = 64;

    private final Pools pools;
    private final PacedSender sender;
    private final BlobStore store;
    private final BlobUploads uploads;
    private final Checks checks;
    private final Bodies bodies;

    /** @param sender sends downloads */
    ArtifactRoutes(
            Pools pools, PacedSender sender, BlobStore store, BlobUploads uploads, Checks checks, Bodies bodies) {
        this.pools = pools;
        this.sender = sender;
        this.checks = checks;
        this.store = store;
        this.uploads = uploads;
        this.bodies = bodies;
    }

    void mount(Router router) {
        router.postWithRegex("/v1/blobs:missing").handler(this::missing);
        router.postWithRegex("/v1/blobs:batch").handler(this::batch);
        router.put("/v1/trees").handler(this::putTree);
        router.put("/v1/blobs/:digest").handler(this::put);
        router.get("/v1/blobs/:digest").handler(this::get);
        router.head("/v1/blobs/:digest").handler(this::head);
        router.get("/v1/blobs/:digest/url").handler(this::url);
        router.get("/v1/blobs/:digest/check").handler(this::check);
        router.head("/v1/blobs/:digest/upload").handler(this::offset);
    }

    private static Digest digest(RoutingContext context) {
        String text = String.valueOf(context.pathParam("digest"));
        if (!Digest.isDigest(text)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_DIGEST, "a digest is a SHA-256 in 64 lower-case hexadecimal digits");
        }
        return new Digest(text);
    }

    private void missing(RoutingContext context) {
        answer(
                context,
                bodies.parse(
                                context.request(),
                                MAX_DIGESTS_BYTES,
                                (body, memory) -> DigestList.parse(body),
                                this::inParallel)
                        .map(missing -> Map.of("missing", missing)));
    }

    private Future<List<String>> inParallel(List<Digest> asked) {
        Set<Digest> missing = ConcurrentHashMap.newKeySet();
        return inTurns(pools.questions(), asked, digest -> {
                    if (!store.contains(digest)) {
                        missing.add(digest);
                    }
                })
                .map(done -> asked.stream()
                        .filter(missing::contains)
                        .map(Digest::hex)
                        .toList());
    }

    /** A call to S3 for one of many items. */
    private interface Step<T> {
        void take(T item) throws Exception;
    }

    /**
     * Performs a step for each item. The items are split into pieces, and only a few pieces run at the same time; after each piece, the
     * request goes to the end of the queue. If each of thousands of items were queued separately, they would fill the queue for S3, and if
     * all of them were one call, they would occupy a thread until the end. The future completes only when no piece is running any more,
     * also after a failure.
     */
    private static <T> Future<Void> inTurns(Bulkhead pool, List<T> items, Step<T> step) {
        var next = new AtomicInteger();
        var chains = new ArrayList<Future<Void>>();
        for (int chain = 0; chain < CHAINS && chain * PIECE < items.size(); chain++) {
            chains.add(AsyncLoop.whileTrue(() -> {
                int from = next.getAndAdd(PIECE);
                if (from >= items.size()) {
                    return Future.succeededFuture(false);
                }
                List<T> piece = items.subList(from, Math.min(items.size(), from + PIECE));
                return pool.call(() -> {
                    for (T item : piece) {
                        step.take(item);
                    }
                    return true;
                });
            }));
        }
        return Future.join(chains).mapEmpty();
    }

    private void batch(RoutingContext context) {
        ContentEncoding encoding = ContentEncoding.of(context.request());
        answer(
                context,
                bodies.parseEncoded(
                        context.request(),
                        MAX_BATCH_BYTES,
                        (body, memory) -> BlobBatch.parse(encoding.decode(body, MAX_BATCH_BYTES, memory)),
                        this::store));
    }

    /** Stores the blobs of a batch. Their bytes stay in memory until all of them are stored. */
    private Future<Map<String, Integer>> store(List<Blob> entries) {
        return inTurns(pools.stores(), entries, uploads::storeChecked).map(done -> Map.of("stored", entries.size()));
    }

    /** A tree in the form in which it is stored, and the blobs that it names. */
    private record CanonicalTree(Blob blob, List<Digest> blobs) {
        static CanonicalTree parse(byte[] body, Bodies.Memory memory) {
            Tree tree;
            try {
                tree = Tree.read(body);
            } catch (MalformedJsonException e) {
                throw new HttpProblemException(ProblemKind.MALFORMED_TREE, "not a tree: " + e.getMessage());
            }
            List<String> problems = tree.problems();
            if (!problems.isEmpty()) {
                throw new HttpProblemException(ProblemKind.BAD_TREE, String.join("; ", problems));
            }
            byte[] bytes = tree.canonicalBytes();
            memory.hold(bytes.length);
            return new CanonicalTree(
                    new Blob(Digest.of(bytes), bytes),
                    tree.entries().stream().map(TreeEntry::digest).distinct().toList());
        }
    }

    private void putTree(RoutingContext context) {
        answer(context, bodies.parse(context.request(), Tree.MAX_BYTES, CanonicalTree::parse, this::storeTree));
    }

    private Future<Map<String, String>> storeTree(CanonicalTree tree) {
        return inParallel(tree.blobs()).compose(missing -> {
            if (!missing.isEmpty()) {
                return Future.failedFuture(new HttpProblemException(
                        ProblemKind.MISSING_BLOBS,
                        missing.size() + " blobs of the tree are not stored, the first is " + missing.get(0)));
            }
            return pools.stores().call(() -> {
                uploads.storeChecked(tree.blob());
                return Map.of("digest", tree.blob().digest().hex());
            });
        });
    }

    private void put(RoutingContext context) {
        Digest digest = digest(context);
        uploads.receive(context.request(), digest)
                .onSuccess(done -> context.response().setStatusCode(201).end())
                .onFailure(context::fail);
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
        return new HttpProblemException(ProblemKind.UNKNOWN_BLOB, "there is no blob " + digest);
    }

    private void check(RoutingContext context) {
        Digest digest = digest(context);
        answer(
                context,
                checks.check(digest, context.response())
                        .map(found -> Map.of(
                                "state", found.condition().wireName(), "size", found.size(), "hash", found.hash())));
    }

    /**
     * Sends a blob or part of it. The last bytes are sent only after the whole blob was read and its hash was right. If the blob is
     * damaged, the response is a problem for a small blob; for a large blob, the connection ends too early.
     */
    private void get(RoutingContext context) {
        Digest digest = digest(context);
        sender.send(context.response(), () -> {
                    ByteRange range = head(context, digest);
                    try {
                        return new PacedSender.Content(
                                new RangeStream(store.open(digest, range.size()), range), range.length());
                    } catch (BlobStore.AbsentException e) {
                        throw unknown(digest);
                    }
                })
                .onFailure(failure -> {
                    if (failure instanceof CorruptBlobException) {
                        store.damaged(digest);
                    }
                    context.fail(failure);
                });
    }

    private void head(RoutingContext context) {
        Digest digest = digest(context);
        pools.questions()
                .call(() -> head(context, digest))
                .compose(range -> context.response().end())
                .onFailure(context::fail);
    }

    private ByteRange head(RoutingContext context, Digest digest) throws IOException {
        OptionalLong size = store.size(digest);
        if (size.isEmpty()) {
            throw unknown(digest);
        }
        ByteRange range = ByteRange.of(context.request().getHeader("Range"), size.getAsLong());
        head(context.response(), digest, range);
        return range;
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

    private static void answer(RoutingContext context, Future<?> result) {
        result.onSuccess(value -> {
                    context.response().putHeader("Content-Type", "application/json");
                    LargeAnswers.send(
                            context, Json.MAPPER.valueToTree(value).toString().getBytes(StandardCharsets.UTF_8));
                })
                .onFailure(context::fail);
    }
}
