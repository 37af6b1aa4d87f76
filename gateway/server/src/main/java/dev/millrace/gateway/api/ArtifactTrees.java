package dev.millrace.gateway.api;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import io.vertx.core.Future;

/**
 * The lists of what attempts left. Whoever fetches the files of an attempt asks for each by its path, so a list that was read is
 * kept for the next one. Thread-safe; never blocks.
 */
public final class ArtifactTrees {
    private final Bulkhead reads;
    private final BlobClient blobs;
    private final ByteCache<Digest, Tree> known;

    /**
     * @param reads few at once, since each holds a whole list in memory
     * @param maxBytes of the heap for lists that are kept
     */
    public ArtifactTrees(Bulkhead reads, BlobClient blobs, long maxBytes) {
        this.reads = reads;
        this.blobs = blobs;
        this.known = new ByteCache<>(maxBytes, (digest, tree) -> tree.heapBytes());
    }

    Future<Tree> get(Digest digest) {
        return known.find(digest)
                .map(Future::succeededFuture)
                .orElseGet(() -> reads.call(() -> known.get(digest, blobs::getTree)));
    }
}
