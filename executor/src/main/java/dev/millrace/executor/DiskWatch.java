package dev.millrace.executor;

import dev.millrace.executor.io.AllocatedBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disk space that running attempts take, in allocated blocks, and says when one writes too much. One thread looks at all of them in turn and
 * rests nine times as long as it looked, so a task with very many files is found later but costs its neighbours no more.
 */
final class DiskWatch implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final long SHORTEST_REST_MS = 500;
    private static final int REST_FACTOR = 9;
    private static final int MAX_DEPTH = 500;
    private static final String TOO_LONG = "File name too long";
    private static final String DELETED = " (deleted)";

    private final long maxBytes;
    private final long maxFiles;
    private final Map<AttemptDirectories, Watched> watched = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this, "disk-watch");

    DiskWatch(long maxBytes, long maxFiles) {
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Looks at an attempt from now on.
     *
     * @param pids its processes
     * @param onExcess called at most once, from the watching thread
     */
    void watch(AttemptDirectories directories, Supplier<List<Long>> pids, Runnable onExcess) {
        watched.put(directories, new Watched(pids, onExcess));
    }

    void forget(AttemptDirectories directories) {
        watched.remove(directories);
    }

    private record Watched(Supplier<List<Long>> pids, Runnable onExcess) {}

    /** The limit, for people. */
    String limit() {
        return (maxBytes >> 20) + " MiB or " + maxFiles + " files to its directories";
    }

    // Catches Errors too: without this loop no task is held to its limit any more.
    private void look(AttemptDirectories directories, Watched attempt) {
        try {
            if (exceeds(directories.writable(), attempt.pids()) && watched.remove(directories) != null) {
                attempt.onExcess().run();
            }
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("the files of an attempt cannot be looked at now");
        }
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            long began = System.nanoTime();
            watched.forEach(this::look);
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            try {
                TimeUnit.MILLISECONDS.sleep(Math.max(SHORTEST_REST_MS, REST_FACTOR * tookMs));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Whether an attempt that has ended left as much as it may, be it that nobody looked before it ended. */
    boolean isUsedUp(AttemptDirectories directories) {
        return exceeds(directories.writable(), List::of);
    }

    /** What is below {@code directories} on the disk, as far as the limit. */
    long bytesOf(List<Path> directories) {
        return count(directories).bytes;
    }

    private Count count(List<Path> directories) {
        var count = new Count();
        for (Path directory : directories) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && !count.isOver()) {
                try {
                    Files.walkFileTree(directory, Set.of(), MAX_DEPTH, count);
                } catch (IOException e) {
                    LOG.atDebug().addKeyValue("directory", directory).log("gone while it was looked at");
                }
            }
        }
        return count;
    }

    /** Looks until a limit is reached; files that come and go meanwhile do not count. */
    boolean exceeds(List<Path> directories, Supplier<List<Long>> pids) {
        Count count = count(directories);
        if (!count.isOver()) {
            countUnnamed(count, directories.get(0), pids);
        }
        return count.isOver();
    }

    private static void countUnnamed(Count count, Path anywhere, Supplier<List<Long>> pids) {
        try {
            count.unnamed(pids.get(), Files.getAttribute(anywhere, "unix:dev"));
        } catch (IOException | UncheckedIOException e) {
            LOG.atDebug().addKeyValue("directory", anywhere).log("gone while it was looked at");
        }
    }

    private final class Count extends SimpleFileVisitor<Path> {
        private final Set<String> unnamed = new HashSet<>();
        private final Map<Long, Set<String>> overlays = new HashMap<>();
        private long bytes;
        private long files;

        boolean isOver() {
            // A single file grows up to the limit by writing and no further, its end rounded up to a block.
            return bytes >= maxBytes || files > maxFiles;
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
            // What is deeper is not looked at, and nothing honest is.
            files = attributes.isDirectory() ? Long.MAX_VALUE : files + 1;
            bytes += AllocatedBytes.of(file).orElse(attributes.size());
            return next();
        }

        /** Nothing honest is deeper than a path can name. What a task closes to its own user is not opened behind its back. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            if (String.valueOf(failure.getMessage()).contains(TOO_LONG)) {
                files = Long.MAX_VALUE;
            }
            return next();
        }

        /** Files without a name take room as long as somebody has them open. */
        void unnamed(List<Long> pids, Object device) {
            for (long pid : pids) {
                try (DirectoryStream<Path> open =
                        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
                    for (Path descriptor : open) {
                        countOf(pid, descriptor, device);
                    }
                } catch (IOException | DirectoryIteratorException e) {
                    LOG.atTrace().addKeyValue("pid", pid).log("gone while it was looked at");
                }
            }
        }

        private Set<String> overlaysOf(long pid) {
            return overlays.computeIfAbsent(pid, DiskWatch::overlays);
        }

        /** One that is closed meanwhile must not hide the others. */
        private void countOf(long pid, Path descriptor, Object device) {
            try {
                unnamed(pid, descriptor, device);
            } catch (IOException e) {
                LOG.atTrace().addKeyValue("descriptor", descriptor).log("closed while it was looked at");
            }
        }

        private void unnamed(long pid, Path descriptor, Object device) throws IOException {
            if (Files.readSymbolicLink(descriptor).toString().endsWith(DELETED)) {
                Map<String, Object> file = Files.readAttributes(descriptor, "unix:dev,ino,size,isRegularFile");
                // One file may be open many times.
                if (Boolean.TRUE.equals(file.get("isRegularFile"))
                        && file.get("dev") instanceof Long on
                        && (device.equals(on) || overlaysOf(pid).contains(number(on)))
                        && file.get("size") instanceof Long size
                        && unnamed.add(on + " " + file.get("ino"))) {
                    bytes += AllocatedBytes.behind(descriptor).orElse(size);
                    files++;
                }
            }
        }
    }

    /** Of what a process opens through an overlay the kernel says that it is there, and not on the disk below. */
    private static Set<String> overlays(long pid) {
        var numbers = new HashSet<String>();
        try (Stream<String> mounts = Files.lines(Path.of("/proc", Long.toString(pid), "mountinfo"))) {
            mounts.filter(it -> it.contains(" - overlay "))
                    .map(it -> it.split(" ", 4)[2])
                    .forEach(numbers::add);
        } catch (IOException | UncheckedIOException e) {
            LOG.atTrace().addKeyValue("pid", pid).log("gone while it was looked at");
        }
        return numbers;
    }

    /** Of a device as {@code mountinfo} writes it: the C library's makedev, undone. */
    static String number(long device) {
        long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
        long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
        return (major & 0xffffffffL) + ":" + (minor & 0xffffffffL);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
