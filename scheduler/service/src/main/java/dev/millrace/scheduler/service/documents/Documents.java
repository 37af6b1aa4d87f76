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
 * Reads documents, and tells those that will never come from those that are away for now. Whoever reads them in order waits for one that
 * may come, so a single one that is lost must not look like a service that is away: a large blob whose bytes are damaged is cut off by the
 * service after it has begun to send it, and a disk may fail for one object for ever. Thread-safe; blocks.
 */
public final class Documents {
    private static final Logger LOG = LoggerFactory.getLogger(Documents.class);

    private final BlobClient blobs;
    private final BooleanSupplier serviceIsWell;
    private final long patienceNanos;
    private final LongSupplier nanoTime;

    /** Between two tries; longer gaps say nothing about what was in between. */
    private static final long LONGEST_STEP_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Nobody asks for it any more. */
    private static final long FORGET_NANOS = TimeUnit.HOURS.toNanos(6);

    /** All looks together: each may take a minute, in which nothing else gets on. */
    private static final long LOOKING_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** So often a document that nobody waits for yet is looked at beside one that cannot be read. */
    private static final long LOOK_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * Tries of a document that cannot be read.
     *
     * @param failingNanos for how long it could not be read while the service was well
     */
    private record Failing(long failingNanos, long lastNanos) {}

    private final Map<Digest, Failing> failing = new HashMap<>();
    private final Map<Digest, Long> lookedNanos = new HashMap<>();

    /**
     * @param serviceIsWell whether the artifact service answers, and its store
     * @param patience with one document while the service is well
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
     * A document, checked.
     *
     * @throws BlobNotFoundException when there is none
     * @throws CorruptBlobException when its bytes are wrong, or cannot be read for as long as the patience while the service is well
     * @throws RefusedException when the service will never give it
     * @throws IOException for any other reason, which may pass
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
                // It was its way here that failed.
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
     * Tries documents for which others wait that come after one that cannot be read now. If they cannot be read either, they are given up
     * together with it, and not each after a time of its own. Fails for none of them.
     */
    public void look(Collection<Digest> digests) {
        long until = nanoTime.getAsLong() + LOOKING_NANOS;
        for (Digest digest : digests) {
            // Those that are left have their turn the next time.
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
