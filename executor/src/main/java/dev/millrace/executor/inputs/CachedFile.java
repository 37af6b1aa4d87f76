package dev.millrace.executor.inputs;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A blob on disk, or its executable copy, with the data by which the cache decides what to delete.
 *
 * @param linked whether a shared tree links to the file too, so that deleting it here frees nothing
 */
record CachedFile(Path file, Digest digest, long size, long usedAtMs, boolean linked) {
    /** The suffix of the names of executable copies. */
    static final String EXECUTABLE_SUFFIX = ".x";

    private static final Logger LOG = LoggerFactory.getLogger(CachedFile.class);

    /** The path of a blob in the cache of this directory. */
    static Path pathOf(Path directory, Digest digest) {
        return directory.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    /** Receives items one by one. */
    interface Visitor<T> {
        void visit(T it) throws IOException;
    }

    /** Visits the cached files. Other threads may add and delete files meanwhile. */
    static void visit(Path directory, CacheUses uses, Visitor<CachedFile> visitor) throws IOException {
        visitPaths(directory, path -> {
            Optional<CachedFile> file = of(path, uses);
            if (file.isPresent()) {
                visitor.visit(file.get());
            }
        });
    }

    /** Visits all files in the subdirectories of {@code directory}, including unfinished downloads. */
    static void visitPaths(Path directory, Visitor<Path> visitor) throws IOException {
        try (DirectoryStream<Path> shards = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path shard : shards) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(shard)) {
                    for (Path entry : entries) {
                        visitor.visit(entry);
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Removes unfinished downloads of an earlier incarnation, and executable copies, because these would be used without a check. */
    static void removeUnfinished(Path directory) throws IOException {
        visitPaths(directory, path -> {
            String name = path.getFileName().toString();
            if (name.endsWith(BlobClient.PARTIAL_SUFFIX) || name.endsWith(EXECUTABLE_SUFFIX)) {
                Files.deleteIfExists(path);
            }
        });
    }

    /**
     * Checks a file of an earlier incarnation, which other processes of the same user could have changed since, and deletes it if it is
     * damaged.
     *
     * @return false if the blob must be fetched
     */
    static boolean isIntact(Digest digest, Path file) throws IOException {
        var hash = Digest.newHash();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (NoSuchFileException e) {
            return false;
        }
        if (Digest.of(hash).equals(digest)) {
            return true;
        }
        LOG.atWarn().addKeyValue("file", file).log("a cached input was damaged and is fetched again");
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + EXECUTABLE_SUFFIX));
        return false;
    }

    /**
     * The cached files that are not in use and whose last use is the longest time ago, and the total size of all cached files. For one scan
     * of the cache.
     */
    static final class Oldest {
        private static final Comparator<CachedFile> BY_USE = Comparator.comparingLong(CachedFile::usedAtMs);

        private final PriorityQueue<CachedFile> youngestFirst = new PriorityQueue<>(BY_USE.reversed());
        private long total;
        private long linked;

        /**
         * @param limit how many files are kept in memory
         * @param counted the bytes that a file counts with
         * @param isInUse whether a file that was last used at the given time is still in use
         */
        static Oldest of(
                Path directory, CacheUses uses, int limit, ToLongFunction<CachedFile> counted, LongPredicate isInUse)
                throws IOException {
            var oldest = new Oldest();
            visit(directory, uses, file -> {
                oldest.total += counted.applyAsLong(file);
                oldest.linked += file.linked() ? counted.applyAsLong(file) : 0;
                if (!file.linked() && !isInUse.test(file.usedAtMs())) {
                    oldest.add(file, limit);
                }
            });
            return oldest;
        }

        private void add(CachedFile file, int limit) {
            youngestFirst.add(file);
            if (youngestFirst.size() > limit) {
                youngestFirst.remove();
            }
        }

        List<CachedFile> files() {
            return youngestFirst.stream().sorted(BY_USE).toList();
        }

        /** Returns the sum of all files, those in use too. */
        long total() {
            return total;
        }

        /** Returns the sum of the files that trees link to. */
        long linked() {
            return linked;
        }

        void removed(long bytes) {
            total -= bytes;
        }
    }

    /** Returns the cached file at a path; empty if the file is gone or is not a blob. */
    private static Optional<CachedFile> of(Path path, CacheUses uses) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            String name = path.getFileName().toString();
            String digest = name.endsWith(EXECUTABLE_SUFFIX)
                    ? name.substring(0, name.length() - EXECUTABLE_SUFFIX.length())
                    : name;
            if (!attributes.isRegularFile() || !Digest.isDigest(digest)) {
                return Optional.empty();
            }
            boolean linked = Files.getAttribute(path, "unix:nlink") instanceof Integer links && links > 1;
            var blob = new Digest(digest);
            long usedAtMs = uses.lastUse(blob, attributes.lastModifiedTime().toMillis());
            return Optional.of(new CachedFile(path, blob, attributes.size(), usedAtMs, linked));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
