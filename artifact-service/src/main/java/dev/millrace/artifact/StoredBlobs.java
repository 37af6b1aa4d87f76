package dev.millrace.artifact;

import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import java.util.Optional;

/**
 * Remembers what was found out about blobs a short while ago, so that the same inputs are not asked for again within one submission, nor
 * before they are stored. It spares questions and decides nothing: no upload is dropped for it, and a blob that was read and
 * found damaged is not there until it is stored again, however long ago that was. Thread-safe.
 */
final class StoredBlobs {
    /** A digest, its text, and what the cache itself needs for an entry. */
    private static final long BYTES_PER_ENTRY = 300;

    /** The facts known of a blob. */
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
     * @param believed how long what was found is believed; what somebody deletes from the store by hand is missed for so long
     */
    StoredBlobs(long maxBytes, Duration believed) {
        this.believed = believed;
        this.seen = new ByteCache<>(maxBytes, (digest, it) -> BYTES_PER_ENTRY);
    }

    /** Returns what is known; nothing if that is too long ago. */
    Optional<Known> find(Digest digest, long nowNanos) {
        return seen.find(digest)
                .filter(it -> it.known() == Known.DAMAGED || nowNanos - it.atNanos() < believed.toNanos())
                .map(Seen::known);
    }

    /** An object of that name is there or not; that it is there says nothing of its bytes. */
    synchronized void looked(Digest digest, boolean there, long nowNanos) {
        boolean damaged =
                seen.find(digest).filter(it -> it.known() == Known.DAMAGED).isPresent();
        if (!there || !damaged) {
            seen.put(digest, new Seen(there ? Known.THERE : Known.ABSENT, nowNanos));
        }
    }

    /** Its bytes were stored, or all read and found right. */
    synchronized void intact(Digest digest, long nowNanos) {
        seen.put(digest, new Seen(Known.THERE, nowNanos));
    }

    /** Its bytes were read and are wrong. */
    synchronized void damaged(Digest digest, long nowNanos) {
        seen.put(digest, new Seen(Known.DAMAGED, nowNanos));
    }
}
