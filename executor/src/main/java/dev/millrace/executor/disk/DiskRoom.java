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
 * Sees whether the disk of an executor has room for tasks: for bytes and for files. Only when the cache has been given up and there is still too little
 * does it say so, and once there is a quarter more it says that too, so that it does not waver. Looks are for one thread.
 */
public final class DiskRoom implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final int MARGIN_PART = 4;

    /** Looking through a cache has a price, so after nothing was found it is left alone for so many looks. */
    private static final int REST_LOOKS = 30;

    /** The part of the wanted room below which an attempt is stopped. */
    private static final int FLOOR_PART = 2;

    private static final long NEVER = Long.MIN_VALUE;

    /** The disk. */
    public interface Disk {
        long free(DiskUnit unit) throws IOException;

        /** Gives up what can be fetched again, at least so much if there is so much of it; returns whether there was any. */
        boolean giveUp(DiskUnit unit, long amount) throws IOException;
    }

    /** Frees room when running tasks fill the disk. */
    public interface Relief {
        /** @param floor what should be free at least */
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
     * @param minFree of each unit; of those that are not there none is wanted
     * @param onShort called with the reason, for people
     * @param relief asked with every look as long as less than half of {@code minFree} of some unit is free
     */
    public DiskRoom(Disk disk, Map<DiskUnit, Long> minFree, Consumer<String> onShort, Runnable onRoom, Relief relief) {
        this.disk = disk;
        this.minFree = Map.copyOf(minFree);
        this.onShort = onShort;
        this.onRoom = onRoom;
        this.relief = relief;
    }

    /** The disk that {@code directory} is on, and what {@code cache} can fetch again. */
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
            // A cache rarely has as many files as are wanted, so all of it goes.
            return cache.makeRoom(unit == DiskUnit.BYTES ? amount : Long.MAX_VALUE);
        }
    }

    /** Looks once. Whatever goes wrong, the next look is another try. */
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

    /** Returns what is short, for people; null when there is enough. */
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

    /** Whether there was too little room at some time since {@code nanos}, or is none at all now. Thread-safe. */
    public boolean wasShortSince(long nanos) {
        long last = lastShortNanos;
        if (isShort || (last != NEVER && last - nanos >= 0)) {
            return true;
        }
        try {
            // Less than is wanted may be no more than the cache, which is given up first.
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
            // Even that can want room.
            LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be given up");
            return false;
        }
    }
}
