package dev.millrace.executor.disk;

import dev.millrace.executor.inputs.FreeFiles;
import dev.millrace.executor.inputs.InputCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the disk of an executor has enough free space for tasks, in bytes and in files. It first deletes cached files, and reports
 * a shortage only if this is not enough. It reports the end of a shortage only when a quarter more than the minimum is free, so that the
 * state does not change all the time. Checks must run on one thread.
 */
public final class DiskRoom implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final int MARGIN_PART = 4;

    /** Searching the cache is expensive, so after a search that found nothing to delete the cache is left alone for this many checks. */
    private static final int REST_LOOKS = 30;

    /** An attempt is stopped when less than 1/{@value} of the required space is free. */
    private static final int FLOOR_PART = 2;

    private static final long NEVER = Long.MIN_VALUE;

    /** The disk. */
    public interface Disk {
        long free(DiskUnit unit) throws IOException;

        /** Deletes cached data that can be fetched again, at least {@code amount} if there is that much. Returns whether there was any. */
        boolean giveUp(DiskUnit unit, long amount) throws IOException;
    }

    /** Frees disk space when running tasks fill the disk. */
    public interface Relief {
        /** @param floor how much should be free at least */
        void relieve(DiskUnit unit, long free, long floor);
    }

    private final Disk disk;
    private final Map<DiskUnit, Long> minFree;
    private final Consumer<String> onShort;
    private final Runnable onRoom;
    private final Relief relief;
    private volatile boolean isShort;
    private volatile long lastShortNanos = NEVER;
    private int rest;

    /**
     * @param minFree the required free space by unit; a unit without an entry is not checked
     * @param onShort called with a reason for people to read
     * @param relief called at each check while less than half of {@code minFree} of some unit is free
     */
    public DiskRoom(Disk disk, Map<DiskUnit, Long> minFree, Consumer<String> onShort, Runnable onRoom, Relief relief) {
        this.disk = disk;
        this.minFree = Map.copyOf(minFree);
        this.onShort = onShort;
        this.onRoom = onRoom;
        this.relief = relief;
    }

    /** The disk that contains {@code directory}, and {@code cache}, whose files can be fetched again. */
    public record CachingDisk(Path directory, InputCache cache) implements Disk {
        @Override
        public long free(DiskUnit unit) throws IOException {
            return switch (unit) {
                case BYTES -> Files.getFileStore(directory).getUsableSpace();
                case FILES -> FreeFiles.of(directory);
            };
        }

        @Override
        public boolean giveUp(DiskUnit unit, long amount) throws IOException {
            // A cache rarely has as many files as are needed, so it is emptied completely.
            return cache.makeRoom(unit == DiskUnit.BYTES ? amount : Long.MAX_VALUE);
        }
    }

    /** Checks once. After any failure, the next check is another try. */
    @Override
    public void run() {
        try {
            look();
        } catch (IOException | RuntimeException | Error e) {
            LOG.atWarn().addKeyValue("cause", e).log("the executor's disk cannot be looked at");
        }
    }

    private void look() throws IOException {
        String reason = null;
        for (DiskUnit unit : DiskUnit.values()) {
            String shortage = isLookedAt(unit) ? look(unit, minFree.getOrDefault(unit, 0L)) : null;
            reason = reason == null ? shortage : reason;
        }
        if (reason != null && !isShort) {
            onShort.accept(reason);
            isShort = true;
        } else if (reason == null && isShort) {
            onRoom.run();
            isShort = false;
        }
    }

    private boolean isLookedAt(DiskUnit unit) {
        return minFree.getOrDefault(unit, 0L) > 0;
    }

    /** Checks one unit. Returns a description of the shortage for people to read; null if enough is free. */
    private @Nullable String look(DiskUnit unit, long wanted) throws IOException {
        long enough = isShort ? wanted + wanted / MARGIN_PART : wanted;
        long free = disk.free(unit);
        if (free < enough && rest-- <= 0) {
            rest = gaveUp(unit, enough - free) ? 0 : REST_LOOKS;
            free = disk.free(unit);
        }
        if (free < enough) {
            lastShortNanos = System.nanoTime();
        }
        if (free < wanted / FLOOR_PART) {
            relief.relieve(unit, free, wanted / FLOOR_PART);
        }
        return free < enough ? unit.shortage(free, wanted) : null;
    }

    /** Returns whether too little was free at some time since {@code nanos}, or the disk is full now. Thread-safe. */
    public boolean wasShortSince(long nanos) {
        long last = lastShortNanos;
        if (isShort || (last != NEVER && last - nanos >= 0)) {
            return true;
        }
        try {
            // If less than the required space is free, the cache may be the only reason, and it is deleted first. So
            // this checks whether the disk is really full.
            for (DiskUnit unit : DiskUnit.values()) {
                if (isLookedAt(unit) && disk.free(unit) < unit.full()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the executor's disk cannot be looked at");
            return false;
        }
    }

    private boolean gaveUp(DiskUnit unit, long amount) {
        try {
            return disk.giveUp(unit, amount);
        } catch (IOException | RuntimeException e) {
            // Even deleting can need free disk space.
            LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be given up");
            return false;
        }
    }
}
