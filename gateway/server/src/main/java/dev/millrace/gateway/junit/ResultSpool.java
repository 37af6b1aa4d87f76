package dev.millrace.gateway.junit;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Temporary files of results that are being merged, in a directory that belongs to this process. The process holds a lock on a file in this
 * directory. The kernel releases the lock when the process ends, so a later start can recognise and delete the directories of ended
 * processes without relying on process ids. Thread-safe.
 */
public final class ResultSpool implements Closeable {
    private static final int CHUNK = 64 * 1024;

    /** After this many written bytes, the free space is checked again, because other processes also write to this disk. */
    private static final long LOOK_EVERY_BYTES = 16L << 20;

    private static final String LOCK = "lock";

    private final Path directory;
    private final FileChannel lock;
    private final Limits limits;

    /**
     * Limits on the size of the files.
     *
     * @param maxFileBytes maximum size of the results of one task; larger results are refused
     * @param minFreeBytes free space that must remain on the disk
     */
    public record Limits(long maxFileBytes, long minFreeBytes) {}

    private ResultSpool(Path directory, FileChannel lock, Limits limits) {
        this.directory = directory;
        this.lock = lock;
        this.limits = limits;
    }

    /**
     * Opens a spool in {@code parent} and deletes what ended processes left there. The method is synchronized, because a Java process
     * cannot wait for a file lock that it holds itself: it gets an OverlappingFileLockException.
     */
    @SuppressWarnings("try") // The lock is only held; the variable is never read.
    public static synchronized ResultSpool open(Path parent, Limits limits) throws IOException {
        Files.createDirectories(parent);
        // Without this lock another process could delete our directory before we have locked it.
        try (FileChannel start = lockFile(parent);
                FileLock starting = start.lock()) {
            removeLeft(parent);
            Path own = Files.createTempDirectory(parent, "merges");
            FileChannel lock = lockFile(own);
            lock.lock();
            return new ResultSpool(own, lock, limits);
        }
    }

    private static FileChannel lockFile(Path directory) throws IOException {
        return FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void removeLeft(Path parent) throws IOException {
        List<Path> directories;
        try (Stream<Path> all = Files.list(parent)) {
            directories = all.filter(Files::isDirectory).toList();
        }
        for (Path directory : directories) {
            if (isLeft(directory)) {
                delete(directory);
            }
        }
    }

    private static boolean isLeft(Path directory) throws IOException {
        try (FileChannel lock = lockFile(directory)) {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another spool of this process holds the lock.
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    /** Copies {@code in} to a temporary file, calls {@code use} with it, and deletes it. */
    public <E extends Exception> void with(InputStream in, Use<E> use) throws IOException, E {
        requireRoom();
        Path file = Files.createTempFile(directory, "results", ".jsonl");
        try {
            try (OutputStream out = Files.newOutputStream(file)) {
                long left = limits.maxFileBytes();
                long untilLook = LOOK_EVERY_BYTES;
                byte[] chunk = new byte[CHUNK];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    left -= read;
                    if (left < 0) {
                        throw new IOException("the results of a task have more than " + limits.maxFileBytes()
                                + " bytes (gateway.maxCaseBytes)");
                    }
                    untilLook -= read;
                    if (untilLook < 0) {
                        requireRoom();
                        untilLook = LOOK_EVERY_BYTES;
                    }
                    out.write(chunk, 0, read);
                }
            }
            use.of(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void requireRoom() throws IOException {
        if (Files.getFileStore(directory).getUsableSpace() < limits.minFreeBytes()) {
            throw new HttpProblemException(
                    ProblemKind.SPOOL_FULL,
                    "the disk on which results are merged is nearly full: less than " + (limits.minFreeBytes() >> 20)
                            + " MiB (gateway.minFreeBytes) are free; try again");
        }
    }

    /** An operation on a file. */
    public interface Use<E extends Exception> {
        void of(Path file) throws IOException, E;
    }

    @Override
    public void close() throws IOException {
        lock.close();
        delete(directory);
    }
}
