package dev.millrace.artifact;

import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Blobs that were seen in the store a short while ago, so that the same inputs are not asked for again with every job. What
 * somebody deletes from the store by hand is missed for that long. Thread-safe.
 */
final class StoredBlobs {
    private static final Duration BELIEVED = Duration.ofMinutes(10);

    private final Map<Digest, Long> seenAtNanos;

    /** @param max remembered at once; the one asked for least recently is forgotten first */
    StoredBlobs(int max) {
        this.seenAtNanos = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Digest, Long> eldest) {
                return size() > max;
            }
        };
    }

    synchronized boolean contains(Digest digest, long nowNanos) {
        Long seen = seenAtNanos.get(digest);
        return seen != null && nowNanos - seen < BELIEVED.toNanos();
    }

    synchronized void add(Digest digest, long nowNanos) {
        seenAtNanos.put(digest, nowNanos);
    }

    synchronized void remove(Digest digest) {
        seenAtNanos.remove(digest);
    }
}
