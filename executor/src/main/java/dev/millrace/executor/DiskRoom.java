package dev.millrace.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees whether the disk of an executor has room for tasks. Only when the cache has been given up and there is still too little
 * does it say so, and once there is a quarter more it says that too, so that it does not waver. For one thread.
 */
final class DiskRoom implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final int MARGIN_PART = 4;

    /** Gives up what can be had again. */
    interface Reserve {
        void giveUp(long bytes) throws IOException;
    }

    private final Path directory;
    private final long minFreeBytes;
    private final Reserve reserve;
    private final Consumer<String> onShort;
    private final Runnable onRoom;
    private boolean isShort;

    /** @param onShort called with the reason, for people */
    DiskRoom(Path directory, long minFreeBytes, Reserve reserve, Consumer<String> onShort, Runnable onRoom) {
        this.directory = directory;
        this.minFreeBytes = minFreeBytes;
        this.reserve = reserve;
        this.onShort = onShort;
        this.onRoom = onRoom;
    }

    /** Looks once. */
    @Override
    public void run() {
        try {
            look();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("cause", e)
                    .log("its disk cannot be looked at");
        }
    }

    private void look() throws IOException {
        long enough = isShort ? minFreeBytes + minFreeBytes / MARGIN_PART : minFreeBytes;
        long free = free();
        if (free < enough) {
            reserve.giveUp(enough - free);
            free = free();
        }
        if (isShort != free < enough) {
            isShort = free < enough;
            if (isShort) {
                onShort.accept("its disk is nearly full: " + (free >> 20) + " MiB left, executor.minFreeBytes is "
                        + (minFreeBytes >> 20) + " MiB");
            } else {
                onRoom.run();
            }
        }
    }

    private long free() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }
}
