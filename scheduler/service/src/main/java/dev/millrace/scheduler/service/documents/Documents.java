package dev.millrace.scheduler.service.documents;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.BlobState;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Reads documents, and tells those that will never come from those that cannot be had now. Whoever reads them in order waits for one that
 * may come, so a single one that is lost must not look like a service that is away: a large blob whose bytes are damaged is cut off by the
 * service after it has begun to send it, and a disk may fail for one object for ever. Thread-safe; blocks.
 */
public final class Documents {
    private final BlobClient blobs;
    private final BooleanSupplier serviceIsWell;
    private final long patienceNanos;
    private final LongSupplier nanoTime;

    /** Since when a document cannot be read although the service is well. */
    private final Map<Digest, Long> failingSinceNanos = new HashMap<>();

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
            if (stored.condition() == BlobState.Condition.MISSING) {
                return new BlobNotFoundException(digest.toString());
            }
            if (stored.condition() == BlobState.Condition.CORRUPT) {
                return new CorruptBlobException(digest, "is damaged where it is stored: its hash is " + stored.hash());
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return isLost(digest)
                ? new CorruptBlobException(
                        digest, "cannot be read, although the artifact service is well: " + failure.getMessage())
                : failure;
    }

    private synchronized void succeeded(Digest digest) {
        failingSinceNanos.remove(digest);
    }

    private synchronized boolean isLost(Digest digest) {
        long now = nanoTime.getAsLong();
        if (!serviceIsWell.getAsBoolean()) {
            failingSinceNanos.clear();
            return false;
        }
        failingSinceNanos.values().removeIf(since -> now - since > 2 * patienceNanos);
        return now - failingSinceNanos.computeIfAbsent(digest, it -> now) >= patienceNanos;
    }
}
