package dev.millrace.artifact;

import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import java.util.Optional;

/**
 * Remembers what was found out about blobs a short while ago, so that S3 is not asked twice about the same blob, within one submission or
 * just before the blob is stored. It only saves queries to S3: bytes that a client has uploaded are never discarded because of a remembered
 * fact. A blob that was found damaged counts as missing until it is stored again, however long ago that was, unless the cache had to evict
 * the fact. Thread-safe.
 */
final class StoredBlobs {
    /** Heap bytes of an entry: the digest, its text and the overhead of the cache. */
    private static final long BYTES_PER_ENTRY = 300;

    /** A fact about a blob that the service remembers. */
    enum Known {
        THERE,
        ABSENT,
        DAMAGED
    }

    private record Seen(Known known, long atNanos) {}

    private final Duration believed;
    private final ByteCache<Digest, Seen> seen;

    /**
     * @param maxBytes of memory
     * @param believed how long a fact is used; a blob that somebody deletes by hand still counts as stored for this time
     */
    StoredBlobs(long maxBytes, Duration believed) {
        this.believed = believed;
        this.seen = new ByteCache<>(maxBytes, (digest, it) -> BYTES_PER_ENTRY);
    }

    /** Returns what is known about a blob, unless it is too old. The fact that a blob is damaged never becomes too old. */
    Optional<Known> find(Digest digest, long nowNanos) {
        return seen.find(digest)
                .filter(it -> it.known() == Known.DAMAGED || nowNanos - it.atNanos() < believed.toNanos())
                .map(Seen::known);
    }

    /** Records whether an object with the name of the blob exists. This does not prove that its bytes are right. */
    synchronized void looked(Digest digest, boolean there, long nowNanos) {
        boolean damaged =
                seen.find(digest).filter(it -> it.known() == Known.DAMAGED).isPresent();
        if (!there || !damaged) {
            seen.put(digest, new Seen(there ? Known.THERE : Known.ABSENT, nowNanos));
        }
    }

    /** Records that the blob's bytes were stored, or that all of them were read and were right. */
    synchronized void intact(Digest digest, long nowNanos) {
        seen.put(digest, new Seen(Known.THERE, nowNanos));
    }

    /** Records that the blob's bytes were read and are wrong. */
    synchronized void damaged(Digest digest, long nowNanos) {
        seen.put(digest, new Seen(Known.DAMAGED, nowNanos));
    }
}
