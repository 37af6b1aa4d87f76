package dev.millrace.artifact;

import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import java.time.Duration;
import java.util.Optional;

/**
 * Remembers what was found out about blobs a short while ago, so that S3 is not asked twice about the same blob, within one submission or just before the blob is stored. It only saves queries to S3: an upload is never skipped because of what is remembered here, and a blob that was read and
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
     * @param believed how long a fact is used; for so long a blob that somebody deletes by hand still counts as stored
     */
    StoredBlobs(long maxBytes, Duration believed) {
        this.believed = believed;
        this.seen = new ByteCache<>(maxBytes, (digest, it) -> BYTES_PER_ENTRY);
    }

    /** Returns what is known, unless it is too old. That a blob is damaged never becomes too old. */
    Optional<Known> find(Digest digest, long nowNanos) {
        return seen.find(digest)
                .filter(it -> it.known() == Known.DAMAGED || nowNanos - it.atNanos() < believed.toNanos())
                .map(Seen::known);
    }

    /** Records whether an object of that name exists. That does not prove that its bytes are right. */
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
