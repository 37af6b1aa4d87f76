package dev.millrace.executor;

import dev.millrace.executor.io.InputCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees whether the disk of an executor has room for tasks. Only when the cache has been given up and there is still too little
 * does it say so, and once there is a quarter more it says that too, so that it does not waver. Looks are for one thread.
 */
final class DiskRoom implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final int MARGIN_PART = 4;

    /** Looking through a cache has a price, so after nothing was found it is left alone for so many looks. */
    private static final int REST_LOOKS = 30;

    /** No room at all, whatever is asked for. */
    private static final long FULL_BYTES = 1 << 20;

    /** Of the room that is wanted, the part below which somebody must be stopped. */
    private static final int FLOOR_PART = 2;

    private static final long NEVER = Long.MIN_VALUE;

    /** The disk. */
    interface Disk {
        long freeBytes() throws IOException;

        /** Gives up what can be fetched again, at least so much if there is so much of it; returns whether there was any. */
        boolean giveUp(long bytes) throws IOException;
    }

    /** Frees room when running tasks fill the disk. */
    interface Relief {
        /** @param floorBytes that should be free at least */
        void relieve(long freeBytes, long floorBytes);
    }

    private final Disk disk;
    private final long minFreeBytes;
    private final Consumer<String> onShort;
    private final Runnable onRoom;
    private final Relief relief;
    private volatile boolean isShort;
    private volatile long lastShortNanos = NEVER;
    private int rest;

    /**
     * @param onShort called with the reason, for people
     * @param relief asked with every look as long as less than half of {@code minFreeBytes} is free
     */
    DiskRoom(Disk disk, long minFreeBytes, Consumer<String> onShort, Runnable onRoom, Relief relief) {
        this.disk = disk;
        this.minFreeBytes = minFreeBytes;
        this.onShort = onShort;
        this.onRoom = onRoom;
        this.relief = relief;
    }

    /** The disk that {@code directory} is on, and what {@code cache} can fetch again. */
    record CachingDisk(Path directory, InputCache cache) implements Disk {
        @Override
        public long freeBytes() throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }

        @Override
        public boolean giveUp(long bytes) throws IOException {
            return cache.makeRoom(bytes);
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
        long enough = isShort ? minFreeBytes + minFreeBytes / MARGIN_PART : minFreeBytes;
        long free = disk.freeBytes();
        if (free < enough && rest-- <= 0) {
            rest = gaveUp(enough - free) ? 0 : REST_LOOKS;
            free = disk.freeBytes();
        }
        if (free < enough) {
            lastShortNanos = System.nanoTime();
        }
        if (free < enough && !isShort) {
            onShort.accept("its disk is nearly full: " + (free >> 20) + " MiB left, executor.minFreeBytes is "
                    + (minFreeBytes >> 20) + " MiB");
            isShort = true;
        } else if (free >= enough && isShort) {
            onRoom.run();
            isShort = false;
        }
        if (free < minFreeBytes / FLOOR_PART) {
            relief.relieve(free, minFreeBytes / FLOOR_PART);
        }
    }

    /** Whether there was too little room at some time since {@code nanos}, or is none at all now. Thread-safe. */
    boolean wasShortSince(long nanos) {
        long last = lastShortNanos;
        if (isShort || (last != NEVER && last - nanos >= 0)) {
            return true;
        }
        try {
            // Less than is wanted may be no more than the cache, which is given up first.
            return disk.freeBytes() < FULL_BYTES;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the executor's disk cannot be looked at");
            return false;
        }
    }

    private boolean gaveUp(long bytes) {
        try {
            return disk.giveUp(bytes);
        } catch (IOException | RuntimeException e) {
            // Even that can want room.
            LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be given up");
            return false;
        }
    }
}
