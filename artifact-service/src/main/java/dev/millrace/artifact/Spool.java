package dev.millrace.artifact;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Manages the files of uploads whose hash is not known yet. Their total size is limited. An upload whose connection was cut can be resumed
 * for an hour, unless too many others were cut since or more than half of the spool is in use. Only one service may use a directory.
 * Thread-safe.
 */
final class Spool implements Closeable {
    private static final String DIRECTORY = "uploads";
    private static final long KEEP_MS = 3_600_000;

    /** Bytes that are counted for each file in addition to its content: roughly the disk space and memory that even an empty file takes. */
    private static final long BYTES_PER_FILE = 4096;

    /**
     * How many old files are deleted at most when an upload begins. The number is above one, so that old files do not pile up, and small
     * enough that the upload does not wait long.
     */
    private static final int FORGET_AT_ONCE = 64;

    /** The most bytes that uploads may take before the free space of the disk is checked again. */
    private static final long LOOK_EVERY_BYTES = 4L << 20;

    private final Path directory;
    private final Limits limits;
    private final Clock clock;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final Set<Path> busy = new HashSet<>();

    /** Uploads that were cut, in the order in which they were cut. */
    private final Map<Path, Cut> interrupted = new LinkedHashMap<>();

    private final AtomicLong untilLook = new AtomicLong();
    private volatile @Nullable FileStore disk;
    private @Nullable FileChannel lock;

    /**
     * The limits of uploads.
     *
     * @param maxBytes the most bytes of all files together
     * @param minFreeBytes bytes of the disk that uploads leave free for its other users, such as an S3 server on the same machine
     * @param maxInterrupted how many uploads that were cut may be resumed; if there are more, those cut first are forgotten
     */
    public record Limits(long maxBytes, long minFreeBytes, int maxInterrupted) {}

    /**
     * An upload that was cut.
     *
     * @param bytes the size with which it is counted in the total
     */
    private record Cut(long atMs, long bytes) {}

    Spool(Path parent, Limits limits, Clock clock) {
        this.directory = parent.resolve(DIRECTORY);
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Creates and locks the directory, and deletes the files that an earlier process left in it.
     *
     * @throws ConfigException when another service uses the directory, or it does not belong to this user
     */
    void open() throws IOException {
        Path parent = Files.createDirectories(directory.toAbsolutePath()).getParent();
        if (parent != null) {
            requireOwn(parent);
        }
        requireOwn(directory);
        FileChannel channel = FileChannel.open(
                directory.resolveSibling(DIRECTORY + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isMine(channel)) {
            channel.close();
            throw new ConfigException("another artifact service uses the directory " + directory.getParent()
                    + " of 'artifacts.spool'; accepted: a directory for each");
        }
        lock = channel;
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }

    /** Makes the directory private, since nobody else may read uploads. Refuses a directory that belongs to another user, and a link. */
    private static void requireOwn(Path directory) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self) || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConfigException(
                    "the directory " + directory
                            + " of 'artifacts.spool' belongs to somebody else or is a link; accepted: a directory of one's own");
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private static boolean isMine(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** One upload's file, from {@link Spool#begin} to {@link #end}. For one thread at a time. */
    final class Upload {
        private final Path file;
        private final boolean resumable;
        private final AtomicBoolean claimed = new AtomicBoolean();
        private long size;

        private Upload(Path file, boolean resumable, long size) {
            this.file = file;
            this.resumable = resumable;
            this.size = size;
        }

        Path file() {
            return file;
        }

        /** Returns how many bytes the upload has so far. */
        long size() {
            return size;
        }

        /** @throws HttpProblemException when the spool or its disk has no space for {@code more} bytes */
        void grow(long more) {
            reserve(more);
            size += more;
        }

        /** Returns true only for the first caller, who alone may then store, end or interrupt the upload. */
        boolean claim() {
            return claimed.compareAndSet(false, true);
        }

        /** Deletes the received bytes, because they are stored elsewhere or of no more use. */
        void end() throws IOException {
            try {
                Files.deleteIfExists(file);
            } finally {
                bytes.addAndGet(-size - BYTES_PER_FILE);
                synchronized (Spool.this) {
                    busy.remove(file);
                }
            }
        }

        /** Keeps the received bytes so that the upload can be resumed. Deletes them if the upload cannot be resumed. */
        void interrupt() throws IOException {
            long there = sizeOf(file);
            if (!resumable || there == 0) {
                end();
                return;
            }
            bytes.addAndGet(there - size);
            synchronized (Spool.this) {
                busy.remove(file);
                interrupted.put(file, new Cut(clock.millis(), there));
                if (interrupted.size() > limits.maxInterrupted()) {
                    forget(interrupted.keySet().iterator().next());
                }
            }
        }
    }

    /**
     * Returns a file for bytes that cannot be resumed, such as the decoded form of a compressed upload.
     *
     * @throws HttpProblemException when the spool or its disk has no space for another file
     */
    Upload scratch() {
        reserve(BYTES_PER_FILE);
        Path file = directory.resolve("s" + numbers.incrementAndGet());
        synchronized (this) {
            busy.add(file);
        }
        return new Upload(file, false, 0);
    }

    /**
     * Begins a new upload, or resumes one that was cut.
     *
     * @param offset how many bytes the client believes the service has; null for an upload that cannot be resumed later
     * @throws HttpProblemException when the service has another number of bytes than the client believes, or the spool or its disk is full
     */
    synchronized Upload begin(Digest digest, String encoding, @Nullable Long offset) throws IOException {
        forgetOld();
        Path file = partial(digest, encoding);
        if (offset == null || (offset == 0 && busy.contains(file))) {
            return scratch();
        }
        long there = interrupted.containsKey(file) ? sizeOf(file) : 0;
        if (busy.contains(file) || (offset != there && offset != 0)) {
            throw new HttpProblemException(
                    ProblemKind.WRONG_OFFSET,
                    "the upload has " + (busy.contains(file) ? 0 : there) + " bytes, not " + offset);
        }
        if (offset == 0) {
            forget(file);
            reserve(BYTES_PER_FILE);
        } else {
            Cut cut = interrupted.remove(file);
            bytes.addAndGet(there - (cut == null ? 0 : cut.bytes()));
        }
        busy.add(file);
        return new Upload(file, true, offset);
    }

    /** Returns the offset from which an upload can be resumed; 0 if it cannot. */
    synchronized long offset(Digest digest, String encoding) throws IOException {
        Path file = partial(digest, encoding);
        return interrupted.containsKey(file) ? sizeOf(file) : 0;
    }

    /** Returns the size of a file, or 0 if it is gone: somebody who cleans up the machine may have deleted it. */
    private static long sizeOf(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private Path partial(Digest digest, String encoding) {
        return directory.resolve(digest.hex() + "." + encoding);
    }

    /**
     * Deletes a limited number of interrupted uploads, the oldest first: those that are too old, and any of them while more than half of
     * the spool is in use.
     */
    private void forgetOld() throws IOException {
        for (int i = 0; i < FORGET_AT_ONCE && !interrupted.isEmpty(); i++) {
            Map.Entry<Path, Cut> oldest = interrupted.entrySet().iterator().next();
            boolean isNeeded =
                    clock.millis() - oldest.getValue().atMs() <= KEEP_MS && bytes.get() <= limits.maxBytes() / 2;
            if (isNeeded) {
                return;
            }
            forget(oldest.getKey());
        }
    }

    private void forget(Path file) throws IOException {
        Cut cut = interrupted.remove(file);
        if (cut != null) {
            bytes.addAndGet(-cut.bytes() - BYTES_PER_FILE);
        }
        Files.deleteIfExists(file);
    }

    private void reserve(long more) {
        if (bytes.addAndGet(more) > limits.maxBytes()) {
            bytes.addAndGet(-more);
            throw new HttpProblemException(
                    ProblemKind.SPOOL_FULL,
                    "the uploads under way have " + limits.maxBytes() + " bytes already; try again");
        }
        if (untilLook.addAndGet(-more) < 0 && !lookForRoom(more)) {
            bytes.addAndGet(-more);
            throw new HttpProblemException(
                    ProblemKind.DISK_FULL,
                    "the disk of the uploads is nearly full: no more than " + (limits.minFreeBytes() >> 20)
                            + " MiB are left, which is artifacts.minFreeBytes; try again");
        }
    }

    /**
     * Returns whether the disk has space for {@code more} bytes beyond the minimum that stays free. Asks the file system, which answers
     * from memory. Uploads may then take only a part of the free space before they ask again, since others write to the disk as well.
     */
    private boolean lookForRoom(long more) {
        try {
            FileStore found = disk;
            if (found == null) {
                found = Files.getFileStore(directory);
                disk = found;
            }
            long room = found.getUsableSpace() - limits.minFreeBytes();
            boolean enough = room >= more;
            untilLook.set(enough ? Math.min(room - more, LOOK_EVERY_BYTES) : 0);
            return enough;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel held = lock;
        if (held != null) {
            held.close();
        }
    }
}
