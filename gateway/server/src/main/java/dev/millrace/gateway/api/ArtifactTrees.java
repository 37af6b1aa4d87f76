package dev.millrace.gateway.api;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import io.vertx.core.Future;

/**
 * The lists of the artifacts that attempts left. A client that fetches the files of an attempt asks for each file by its path, so a list
 * that was read is cached for the next request. Thread-safe; never blocks.
 */
public final class ArtifactTrees {
    private final Bulkhead reads;
    private final BlobClient blobs;
    private final ByteCache<Digest, Tree> known;

    /**
     * @param reads threads that read lists; they are few, because each read holds a whole list in memory
     * @param maxBytes heap bytes for the cached lists
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
