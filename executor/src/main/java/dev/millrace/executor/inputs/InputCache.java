package dev.millrace.executor.inputs;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches inputs by digest, for all slots of an executor. It keeps them between tasks and restarts, up to a size, and evicts the least
 * recently used first. Files of an earlier incarnation are hashed before they are used. Shared files are hard links, so their content,
 * times, permissions and owners never change while they are cached. Thread-safe.
 */
public final class InputCache implements AutoCloseable {
    /** How many threads the executor for downloads must have. One owner may use half of them. */
    public static final int DOWNLOADS = Downloads.AT_ONCE;

    private static final Logger LOG = LoggerFactory.getLogger(InputCache.class);

    /** Heap bytes for the digests of files that were hashed in this incarnation. A file whose digest is forgotten is hashed again. */
    private static final long REMEMBERED_BYTES = 64L << 20;

    private static final long REMEMBERED_DIGEST = 200;

    /** Up to this number of files, copying is as fast as mounting. */
    private static final int COPIED_FILES = 16;

    private static final long COPIED_BYTES = 1L << 20;

    private final Path directory;
    private final BlobClient blobs;
    private final Downloads downloads;
    private final InputLimits limits;
    private final Clock clock;
    private final InputRoom room;
    private final SharedTrees trees;
    private final CacheUses uses;
    private final CacheEviction eviction;
    private final ByteCache<Digest, Boolean> verified =
            new ByteCache<>(REMEMBERED_BYTES, (digest, is) -> REMEMBERED_DIGEST);

    private InputCache(
            Path directory,
            SharedTrees trees,
            BlobClient blobs,
            Executor downloads,
            InputLimits limits,
            Clock clock,
            FileStore store) {
        this.limits = limits;
        this.directory = directory.resolve("blobs");
        this.uses = new CacheUses(directory.resolve("uses"));
        this.trees = trees;
        this.blobs = blobs;
        this.downloads = new Downloads(downloads, this::download);
        this.clock = clock;
        this.eviction = new CacheEviction(this.directory, uses, trees, limits.cacheBytes(), clock, verified::remove);
        this.room = new InputRoom(new CacheDisk(store), limits.minFreeBytes());
    }

    /**
     * Opens the cache in a directory that no other process may use, and reduces it to its size.
     *
     * @throws IOException if the directory cannot be created or read
     */
    public static InputCache open(Path directory, BlobClient blobs, Executor downloads, InputLimits limits, Clock clock)
            throws IOException {
        Path files = Files.createDirectories(directory.resolve("blobs"));
        SharedTrees trees = SharedTrees.open(directory.resolve("trees"), downloads);
        var cache = new InputCache(directory, trees, blobs, downloads, limits, clock, Files.getFileStore(files));
        CachedFile.removeUnfinished(files);
        cache.evict();
        // Files that old trees link to can be evicted only after these trees are deleted.
        var unused = trees.oldGone().thenRun(cache.eviction::evictQuietly);
        return cache;
    }

    /** The disk of the cache, for {@link InputRoom}. */
    private final class CacheDisk implements InputRoom.Disk {
        private final FileStore store;

        CacheDisk(FileStore store) {
            this.store = store;
        }

        @Override
        public long freeBytes() throws IOException {
            return store.getUsableSpace();
        }

        @Override
        public long cachedBytes() throws IOException {
            var sum = new AtomicLong();
            CachedFile.visit(directory, uses, file -> sum.addAndGet(file.size()));
            return sum.get();
        }

        @Override
        public void giveUp(long bytes) throws IOException {
            makeRoom(bytes);
        }
    }

    /** Returns the size of a blob in bytes. Fetches the blob for this in the owner's turn. */
    public long size(String owner, Digest digest) throws IOException {
        return Files.size(await(fetch(owner, digest)));
    }

    /**
     * Reads a small document, such as a plan or a tree.
     *
     * @throws UnusableInputsException if the document is larger than {@code maxBytes}; it is not read into memory in this case
     */
    public byte[] read(String owner, Digest digest, long maxBytes) throws IOException {
        byte[] bytes = readFetched(owner, digest, maxBytes);
        if (Digest.of(bytes).equals(digest)) {
            return bytes;
        }
        Files.deleteIfExists(file(digest));
        return readFetched(owner, digest, maxBytes);
    }

    private byte[] readFetched(String owner, Digest digest, long maxBytes) throws IOException {
        Path cached = await(fetch(owner, digest));
        if (Files.size(cached) > maxBytes) {
            throw new UnusableInputsException("the document " + digest + " has more than " + maxBytes + " bytes");
        }
        return Files.readAllBytes(cached);
    }

    /**
     * Visits the entries of a tree that was found to be safe when it was read before.
     *
     * @throws IOException if the tree cannot be fetched or has changed since it was read. A change may be found only at the end, so the
     *     caller must not use what it made of the entries then
     */
    public void visitTree(String owner, Digest digest, Tree.Visitor visitor) throws IOException {
        Path cached = await(fetch(owner, digest));
        var hash = Digest.newHash();
        IOException[] ofVisitor = new IOException[1];
        try (InputStream in = new DigestInputStream(new BufferedInputStream(Files.newInputStream(cached)), hash)) {
            Tree.visit(in, entry -> {
                Optional<String> problem = Tree.pathProblem(entry.path());
                if (problem.isPresent()) {
                    throw new IOException("a path " + problem.get());
                }
                try {
                    visitor.visit(entry);
                } catch (IOException e) {
                    ofVisitor[0] = e;
                    throw e;
                }
            });
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | RuntimeException e) {
            if (ofVisitor[0] != null) {
                throw ofVisitor[0];
            }
            throw changed(digest, String.valueOf(e.getMessage()));
        }
        if (!Digest.of(hash).equals(digest)) {
            throw changed(digest, "it has another hash");
        }
    }

    /** Deletes a cached tree, so that the next try fetches it again. Returns the exception to throw. */
    private IOException changed(Digest digest, String how) throws IOException {
        verified.remove(digest);
        Files.deleteIfExists(file(digest));
        return new IOException("the cached tree " + digest + " was changed and is fetched again: " + how);
    }

    /** Copies a blob of any size into a file of the caller. */
    public void copy(String owner, Digest digest, Path to) throws IOException {
        Path cached = await(fetch(owner, digest));
        try {
            room.require(Files.size(cached));
            Files.copy(cached, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // Evicted between fetch and use.
            Files.copy(await(fetch(owner, digest)), to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Prepares the files of a tree for one attempt: copies them into {@code root}, or provides a directory that is shared with other
     * attempts.
     *
     * @param owner the owner in whose turns missing files are fetched
     * @param mayShare whether the caller can mount an overlay at {@code root} with a shared directory as its lower layer, which costs less
     *     than copying more than a few files
     * @param tree a tree that is known to be safe
     * @throws IOException when an input cannot be fetched
     */
    public PlacedInputs place(String owner, InputTree tree, Path root, boolean mayShare) throws IOException {
        boolean small = tree.count() <= COPIED_FILES && tree.totalBytes() <= COPIED_BYTES;
        if (!mayShare || small) {
            if (tree.totalBytes() > limits.copiedBytes()) {
                throw new UnusableInputsException("the inputs have " + tree.totalBytes() + " bytes, more than the "
                        + limits.copiedBytes()
                        + " a task may have on disk (executor.maxTaskDiskBytes), and cannot be shared here");
            }
            fill(owner, tree, root, false);
            return new PlacedInputs(null, () -> {});
        }
        Path shared = trees.acquire(
                owner, tree, (it, target) -> fill(owner, it, target, true), (it, built) -> fetchAll(owner, it, built));
        return new PlacedInputs(shared, () -> trees.release(tree.digest()));
    }

    /** Puts the files of a tree into {@code target}. Fetches nothing if the tree is too large or the disk has too little space. */
    private void fill(String owner, InputTree tree, Path target, boolean linked) throws IOException {
        long all = InputBytes.total(InputBytes.of(tree, linked, InputBytes.NOTHING));
        if (all > limits.inputBytes()) {
            throw new UnusableInputsException("the inputs take " + all + " bytes of the disk, more than the "
                    + limits.inputBytes() + " they may (executor.maxInputBytes)");
        }
        try (InputRoom.Reservation reserved = room.reserve(InputBytes.of(tree, linked, this::isPresent))) {
            new TreeFiles(cacheOf(owner)).fill(tree, target, linked, reserved::landed);
        }
    }

    /**
     * Fetches the files of a tree in this owner's turns too, while another owner builds the tree. Ignores failures, because the builder of
     * the tree reports them.
     */
    private void fetchAll(String owner, InputTree tree, BooleanSupplier built) {
        var ahead = new ArrayDeque<CompletableFuture<Path>>();
        try {
            tree.entries().visit(entry -> {
                if (!built.getAsBoolean()) {
                    ahead.add(fetch(owner, entry.digest()));
                }
                if (ahead.size() > TreeFiles.FETCHED_AHEAD) {
                    await(ahead.remove());
                }
            });
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("tree", tree.digest())
                    .addKeyValue("cause", e)
                    .log("help with a tree ends early");
        }
    }

    private TreeFiles.Cache cacheOf(String owner) {
        return new TreeFiles.Cache() {
            @Override
            public CompletableFuture<Path> fetch(Digest digest) {
                return InputCache.this.fetch(owner, digest);
            }

            @Override
            public void beforeCopy(long bytes) throws IOException {
                room.require(bytes);
            }
        };
    }

    private boolean isPresent(Digest digest, boolean executable) {
        Path file = file(digest);
        return Files.exists(executable ? file.resolveSibling(file.getFileName() + CachedFile.EXECUTABLE_SUFFIX) : file);
    }

    private CompletableFuture<Path> fetch(String owner, Digest digest) {
        Path file = file(digest);
        if (verified.find(digest).isPresent() && Files.exists(file)) {
            uses.used(digest, clock.millis());
            return CompletableFuture.completedFuture(file);
        }
        return downloads.fetch(owner, digest);
    }

    private void download(Digest digest, CompletableFuture<Path> done) {
        Path file = file(digest);
        try {
            if (CachedFile.isIntact(digest, file)) {
                uses.used(digest, clock.millis());
            } else {
                blobs.download(digest, file, room::watched);
                uses.used(digest, clock.millis());
            }
            verified.put(digest, true);
            done.complete(file);
            eviction.added(Files.size(file));
        } catch (IOException | RuntimeException | Error e) {
            if (!done.completeExceptionally(e)) {
                LOG.atWarn().addKeyValue("cause", e).log("the cache cannot be kept to its size");
            }
        }
    }

    static Path await(CompletableFuture<Path> fetched) throws IOException {
        try {
            return fetched.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    private Path file(Digest digest) {
        return CachedFile.pathOf(directory, digest);
    }

    /**
     * Removes inputs that no task has used for a minute, the least recently used first, until {@code bytes} are freed or nothing is left.
     *
     * @return whether anything was freed removed
     */
    public boolean makeRoom(long bytes) throws IOException {
        trees.awaitOldGone();
        return eviction.makeRoom(bytes);
    }

    void evict() throws IOException {
        eviction.evict();
    }

    /** Keeps for the next start which files were used last. */
    @Override
    public void close() {
        eviction.saveUses();
    }
}
