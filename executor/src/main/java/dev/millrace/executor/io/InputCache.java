package dev.millrace.executor.io;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inputs by digest, shared by all slots of an executor and kept between tasks and restarts up to a size, least recently used
 * out first. Each task gets private copies. Thread-safe.
 */
public final class InputCache {
    private static final Logger LOG = LoggerFactory.getLogger(InputCache.class);

    /** Looking at the whole cache has a price, so it may exceed its size by this much. */
    private static final long EVICT_EVERY_BYTES = 64L << 20;

    /** Plans and trees are documents; larger ones are refused before they are in memory. */
    private static final long MAX_DOCUMENT_BYTES = 64L << 20;

    private final Path directory;
    private final BlobClient blobs;
    private final Executor downloads;
    private final long maxBytes;
    private final Clock clock;
    private final AtomicLong sinceEviction = new AtomicLong();
    private final Map<Digest, CompletableFuture<Path>> inFlight = new ConcurrentHashMap<>();

    public InputCache(Path directory, BlobClient blobs, Executor downloads, long maxBytes, Clock clock)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.blobs = blobs;
        this.downloads = downloads;
        this.maxBytes = maxBytes;
        this.clock = clock;
        removePartials();
        evict();
    }

    /** A small document, such as a plan or a tree. */
    public byte[] read(Digest digest) throws IOException {
        Path cached = await(fetch(digest));
        if (Files.size(cached) > MAX_DOCUMENT_BYTES) {
            throw new IOException("the document " + digest + " has more than " + MAX_DOCUMENT_BYTES + " bytes");
        }
        byte[] bytes = Files.readAllBytes(cached);
        if (Digest.of(bytes).equals(digest)) {
            return bytes;
        }
        Files.deleteIfExists(file(digest));
        return Files.readAllBytes(await(fetch(digest)));
    }

    /**
     * Fills {@code target} with the files of a tree.
     *
     * @throws IOException when an input cannot be had or the tree is unsafe
     */
    public void materialise(Tree tree, Path target) throws IOException {
        List<String> problems = tree.problems();
        if (!problems.isEmpty()) {
            throw new IOException("the tree of inputs is unsafe: " + problems.get(0));
        }
        var fetched = new ArrayList<CompletableFuture<Path>>();
        for (TreeEntry entry : tree.entries()) {
            fetched.add(fetch(entry.digest()));
        }
        for (int i = 0; i < fetched.size(); i++) {
            TreeEntry entry = tree.entries().get(i);
            copy(await(fetched.get(i)), entry, target.resolve(entry.path()));
        }
    }

    private void copy(Path cached, TreeEntry entry, Path to) throws IOException {
        Path parent = to.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.copy(cached, to);
        } catch (NoSuchFileException e) {
            // Evicted between fetch and copy.
            Files.copy(await(fetch(entry.digest())), to);
        }
        if (Files.size(to) != entry.size()) {
            Files.deleteIfExists(cached);
            throw new IOException("the cached input " + entry.path() + " has the wrong size and was dropped");
        }
        if (entry.executable() && !to.toFile().setExecutable(true, true)) {
            throw new IOException("cannot make " + entry.path() + " executable");
        }
    }

    private CompletableFuture<Path> fetch(Digest digest) {
        Path file = file(digest);
        if (Files.exists(file)) {
            touch(file);
            return CompletableFuture.completedFuture(file);
        }
        // The download may end before this method does, so its future is in the map before it begins.
        var mine = new CompletableFuture<Path>();
        CompletableFuture<Path> other = inFlight.putIfAbsent(digest, mine);
        if (other != null) {
            return other;
        }
        var unused = mine.whenComplete((done, failure) -> inFlight.remove(digest, mine));
        try {
            downloads.execute(() -> download(digest, file, mine));
        } catch (RejectedExecutionException e) {
            mine.completeExceptionally(new IOException("the executor stops", e));
        }
        return mine;
    }

    private void download(Digest digest, Path file, CompletableFuture<Path> done) {
        try {
            blobs.download(digest, file);
            done.complete(file);
            if (sinceEviction.addAndGet(Files.size(file)) > EVICT_EVERY_BYTES) {
                sinceEviction.set(0);
                evict();
            }
        } catch (IOException | RuntimeException | Error e) {
            if (!done.completeExceptionally(e)) {
                LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be kept to its size");
            }
        }
    }

    private static Path await(CompletableFuture<Path> fetched) throws IOException {
        try {
            return fetched.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    private Path file(Digest digest) {
        return directory.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("file", file).log("evicted while it was looked up");
        }
    }

    /** What downloads of an earlier life left unfinished. */
    private void removePartials() throws IOException {
        for (Path path : files()) {
            if (path.getFileName().toString().endsWith(BlobClient.PARTIAL_SUFFIX)) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Files of the cache, while others may come and go. */
    private List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> shards = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path shard : shards) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(shard)) {
                    entries.forEach(files::add);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    private record Cached(Path file, long size, FileTime used) {}

    private synchronized void evict() throws IOException {
        List<Cached> files = files().stream()
                .flatMap(path -> cached(path).stream())
                .sorted(Comparator.comparing(Cached::used))
                .toList();
        long total = files.stream().mapToLong(Cached::size).sum();
        for (Cached oldest : files) {
            if (total <= maxBytes) {
                return;
            }
            Files.deleteIfExists(oldest.file());
            total -= oldest.size();
        }
    }

    private static Optional<Cached> cached(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            boolean whole = attributes.isRegularFile()
                    && Digest.isDigest(path.getFileName().toString());
            return whole
                    ? Optional.of(new Cached(path, attributes.size(), attributes.lastModifiedTime()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
