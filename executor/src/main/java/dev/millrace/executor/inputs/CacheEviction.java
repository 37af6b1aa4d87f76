package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the cache of inputs to its size, by removing the files that were used least recently. Thread-safe. */
final class CacheEviction {
    private static final Logger LOG = LoggerFactory.getLogger(CacheEviction.class);

    /** Files take inodes, and each walk over the cache takes time for each of them. */
    private static final long MAX_FILES = 200_000;

    /** The number of files that one walk keeps in memory, some 400 bytes each. */
    private static final int LOOKED_AT = 50_000;

    /** A walk over the whole cache is expensive, so the cache may exceed its size by this many bytes before the next one. */
    private static final long EVERY_BYTES = 64L << 20;

    private static final long EVERY_FILES = 20_000;

    /** The longest time from fetching a file to linking or copying it. */
    private static final long IN_USE_MS = 60_000;

    private final Path directory;
    private final CacheUses uses;
    private final SharedTrees trees;
    private final long cacheBytes;
    private final Clock clock;
    private final Consumer<Digest> onRemoved;
    private final AtomicLong addedBytes = new AtomicLong();

    /** @param onRemoved is called with each file before it is deleted */
    CacheEviction(
            Path directory,
            CacheUses uses,
            SharedTrees trees,
            long cacheBytes,
            Clock clock,
            Consumer<Digest> onRemoved) {
        this.directory = directory;
        this.uses = uses;
        this.trees = trees;
        this.cacheBytes = cacheBytes;
        this.clock = clock;
        this.onRemoved = onRemoved;
    }

    /** Counts a file that was added, and evicts when enough were. */
    void added(long bytes) throws IOException {
        if (addedBytes.addAndGet(Math.max(EVERY_BYTES / EVERY_FILES, bytes)) > EVERY_BYTES) {
            addedBytes.set(0);
            evict();
        }
    }

    /** Like {@link #evict}, but logs a failure. */
    void evictQuietly() {
        try {
            evict();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be kept to its size");
        }
    }

    /** Removes files until the cache has its size. */
    void evict() throws IOException {
        long least = cacheBytes / MAX_FILES;
        // Trees in use cannot be removed, and must not take the place of other files.
        evict(
                file -> Math.max(least, file.size()),
                cached -> cacheBytes + Math.min(cached.linked(), trees.bytesInUse(least)),
                usedAtMs -> false);
        saveUses();
    }

    /** See {@link InputCache#makeRoom}. */
    boolean makeRoom(long bytes) throws IOException {
        long now = clock.millis();
        return evict(
                CachedFile::size,
                cached -> Math.max(0, cached.total() - bytes),
                usedAtMs -> Math.abs(now - usedAtMs) < IN_USE_MS);
    }

    /** Writes to disk when each file was last used; logs a failure. */
    synchronized void saveUses() {
        try {
            uses.save(digest -> Files.exists(CachedFile.pathOf(directory, digest)));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the last uses of cached inputs cannot be saved");
        }
    }

    /**
     * @param counted the number of bytes that a file counts with
     * @param most how many of the cached bytes may stay
     * @param isInUse whether a file that was last used at this time must stay
     * @return whether anything was removed
     */
    private synchronized boolean evict(
            ToLongFunction<CachedFile> counted, ToLongFunction<CachedFile.Oldest> most, LongPredicate isInUse)
            throws IOException {
        var cached = CachedFile.Oldest.of(directory, uses, LOOKED_AT, counted, isInUse);
        long mostBytes = most.applyAsLong(cached);
        boolean removed = false;
        while (cached.total() > mostBytes) {
            boolean progress = false;
            for (CachedFile oldest : cached.files()) {
                if (cached.total() <= mostBytes) {
                    return true;
                }
                onRemoved.accept(oldest.digest());
                Files.deleteIfExists(oldest.file());
                cached.removed(counted.applyAsLong(oldest));
                progress = true;
            }
            removed |= progress;
            // All other files are linked into trees, and can be removed when their tree is.
            if (cached.total() <= mostBytes || !(progress || trees.dropOne())) {
                return removed;
            }
            cached = CachedFile.Oldest.of(directory, uses, LOOKED_AT, counted, isInUse);
        }
        return removed;
    }
}
