package dev.millrace.artifact;

import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was found out about blobs a short while ago, so that the same inputs are not asked for again with every job, nor before
 * they are stored. What somebody deletes from the store by hand is missed for that long. Thread-safe.
 */
final class StoredBlobs {
    private static final Duration BELIEVED = Duration.ofMinutes(10);

    private record Seen(boolean there, long atNanos) {}

    private final Map<Digest, Seen> seen;

    /** @param max remembered at once; the one asked for least recently is forgotten first */
    StoredBlobs(int max) {
        this.seen = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Digest, Seen> eldest) {
                return size() > max;
            }
        };
    }

    /** Whether a blob was there when last looked for; nothing if that is too long ago. */
    synchronized Optional<Boolean> isThere(Digest digest, long nowNanos) {
        Seen last = seen.get(digest);
        return last != null && nowNanos - last.atNanos() < BELIEVED.toNanos()
                ? Optional.of(last.there())
                : Optional.empty();
    }

    synchronized void found(Digest digest, boolean there, long nowNanos) {
        seen.put(digest, new Seen(there, nowNanos));
    }
}
