package dev.millrace.scheduler.service.documents;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.BlobState;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads documents from the artifact service, and distinguishes documents that are lost for good from those that cannot be read at present.
 * A caller that reads documents in order waits for one that may become readable, so a lost document must not be mistaken for an unreachable
 * service. Both can look alike: the service breaks off a large damaged blob after it has begun to send it, and a disk may fail forever for
 * a single object. Thread-safe; blocks.
 */
public final class Documents {
    private static final Logger LOG = LoggerFactory.getLogger(Documents.class);

    private final BlobClient blobs;
    private final BooleanSupplier serviceIsWell;
    private final long patienceNanos;
    private final LongSupplier nanoTime;

    /**
     * The most time that one try adds to the failing time of a document. If more time has passed since the previous try, nobody knows
     * whether the document was readable in between.
     */
    private static final long LONGEST_STEP_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** A failing document is forgotten when it was not tried for this long, since nobody needs it any more. */
    private static final long FORGET_NANOS = TimeUnit.HOURS.toNanos(6);

    /** One call of {@link #look} begins no further reads after this time: each may take a minute, and the caller waits. */
    private static final long LOOKING_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How often {@link #look} tries the same document at most. */
    private static final long LOOK_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * A document that could not be read at the last try.
     *
     * @param failingNanos how long it has been unreadable while the service was healthy
     */
    private record Failing(long failingNanos, long lastNanos) {}

    private final Map<Digest, Failing> failing = new HashMap<>();
    private final Map<Digest, Long> lookedNanos = new HashMap<>();

    /**
     * @param serviceIsWell returns whether the artifact service and its store answer
     * @param patience how long a document may be unreadable while the service is healthy, before it counts as lost
     */
    public Documents(BlobClient blobs, BooleanSupplier serviceIsWell, Duration patience) {
        this(blobs, serviceIsWell, patience, System::nanoTime);
    }

    Documents(BlobClient blobs, BooleanSupplier serviceIsWell, Duration patience, LongSupplier nanoTime) {
        this.blobs = blobs;
        this.serviceIsWell = serviceIsWell;
        this.patienceNanos = patience.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Returns a document whose bytes match its digest.
     *
     * @throws BlobNotFoundException when there is no such document
     * @throws CorruptBlobException when its bytes are wrong, or when it has been unreadable for longer than the patience while the service
     *     was healthy
     * @throws RefusedException when the service refuses the request for good
     * @throws IOException for any other failure, which may pass
     */
    public byte[] get(Digest digest) throws IOException {
        try {
            byte[] document = blobs.get(digest);
            succeeded(digest);
            return document;
        } catch (BlobNotFoundException | CorruptBlobException | RefusedException e) {
            throw e;
        } catch (IOException e) {
            throw diagnosed(digest, e);
        }
    }

    public Digest put(byte[] document) throws IOException {
        return blobs.put(document);
    }

    private IOException diagnosed(Digest digest, IOException failure) {
        try {
            BlobState stored = blobs.check(digest);
            return switch (stored.condition()) {
                case MISSING -> new BlobNotFoundException(digest.toString());
                case CORRUPT ->
                    new CorruptBlobException(digest, "is damaged where it is stored: its hash is " + stored.hash());
                // The stored bytes are intact, so only the transfer failed.
                case INTACT -> failure;
            };
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return isLost(digest)
                ? new CorruptBlobException(
                        digest, "cannot be read, although the artifact service is well: " + failure.getMessage())
                : failure;
    }

    /**
     * Tries to read documents that are needed later, while an earlier document cannot be read. If they cannot be read either, the time
     * until they count as lost runs from now on, and not only after the earlier one is given up. Does not fail if a document cannot be
     * read.
     */
    public void look(Collection<Digest> digests) {
        long until = nanoTime.getAsLong() + LOOKING_NANOS;
        for (Digest digest : digests) {
            // Documents that are left over are tried at a later call.
            if (nanoTime.getAsLong() - until < 0 && isToLookAt(digest)) {
                try {
                    get(digest);
                } catch (IOException e) {
                    LOG.atDebug()
                            .addKeyValue("digest", digest)
                            .addKeyValue("cause", e)
                            .log("a document cannot be read");
                }
            }
        }
    }

    private synchronized boolean isToLookAt(Digest digest) {
        long now = nanoTime.getAsLong();
        lookedNanos.values().removeIf(looked -> now - looked > LOOK_EVERY_NANOS);
        return lookedNanos.putIfAbsent(digest, now) == null;
    }

    private synchronized void succeeded(Digest digest) {
        failing.remove(digest);
    }

    private synchronized boolean isLost(Digest digest) {
        long now = nanoTime.getAsLong();
        failing.values().removeIf(it -> now - it.lastNanos() > FORGET_NANOS);
        Failing before = failing.getOrDefault(digest, new Failing(0, now));
        boolean isWell = serviceIsWell.getAsBoolean();
        long step = isWell ? Math.min(LONGEST_STEP_NANOS, now - before.lastNanos()) : 0;
        var next = new Failing(before.failingNanos() + step, now);
        failing.put(digest, next);
        return isWell && next.failingNanos() >= patienceNanos;
    }
}
