package dev.millrace.executor;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures what running attempts write to disk and says when one writes too much. One thread looks at all of them in turn and
 * rests nine times as long as it looked, so a task with very many files is found later but costs its neighbours no more.
 */
final class DiskWatch implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final long SHORTEST_REST_MS = 500;
    private static final int REST_FACTOR = 9;

    private final long maxBytes;
    private final long maxFiles;
    private final Map<AttemptDirectories, Runnable> watched = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this, "disk-watch");

    DiskWatch(long maxBytes, long maxFiles) {
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** @param onExcess called at most once, from the watching thread */
    void watch(AttemptDirectories directories, Runnable onExcess) {
        watched.put(directories, onExcess);
    }

    void forget(AttemptDirectories directories) {
        watched.remove(directories);
    }

    /** The limit, for people. */
    String limit() {
        return (maxBytes >> 20) + " MiB or " + maxFiles + " files to its directories";
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            long began = System.nanoTime();
            watched.forEach((directories, onExcess) -> {
                if (exceeds(directories.writable()) && watched.remove(directories) != null) {
                    onExcess.run();
                }
            });
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            try {
                TimeUnit.MILLISECONDS.sleep(Math.max(SHORTEST_REST_MS, REST_FACTOR * tookMs));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Looks until a limit is passed; files that come and go meanwhile do not count. */
    boolean exceeds(List<Path> directories) {
        var count = new Count();
        for (Path directory : directories) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && !count.isOver()) {
                try {
                    Files.walkFileTree(directory, count);
                } catch (IOException e) {
                    LOG.atDebug().addKeyValue("directory", directory).log("gone while it was looked at");
                }
            }
        }
        return count.isOver();
    }

    private final class Count extends SimpleFileVisitor<Path> {
        private long bytes;
        private long files;

        boolean isOver() {
            return bytes > maxBytes || files > maxFiles;
        }

        private FileVisitResult next() {
            return isOver() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            files++;
            return next();
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files++;
            bytes += attributes.size();
            return next();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return next();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
