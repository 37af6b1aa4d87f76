package dev.millrace.executor.inputs;

import dev.millrace.executor.files.AttemptFiles;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trees of inputs as directories. Each is built once and is then the lower layer of the overlays of many attempts. Their files are links to
 * files of the cache and take no disk space of their own. A tree is not used by a later executor process, because other processes of the
 * same user could have changed it in between. Thread-safe.
 */
final class SharedTrees {
    private static final Logger LOG = LoggerFactory.getLogger(SharedTrees.class);
    private static final String OLD = ".old";
    private static final int MAX_TREES = 64;

    /** Unused trees are dropped while all trees together have more entries than this. A file can have at most 65,000 links. */
    private static final long MAX_ENTRIES = 300_000;

    /** The most bytes that one tree counts. A tree may claim any number of bytes until its files are checked. */
    private static final long MOST_BYTES = 1L << 50;

    private final Path directory;
    private final Path old;
    private final List<Path> earlier;
    private final CompletableFuture<Void> oldGone;
    private final Map<Digest, Shared> trees = new HashMap<>();
    private long uses;

    /** Fills an empty directory with the files of a tree. */
    interface Builder {
        void build(InputTree tree, Path target) throws IOException;
    }

    /** Fetches files of a tree that another owner builds, so that an owner does not have to wait for the turns of the other owner. */
    interface Helper {
        /** @param built whether the tree is built, so that no help is needed any more */
        void help(InputTree tree, BooleanSupplier built);
    }

    private static final class Shared {
        final CompletableFuture<Path> built = new CompletableFuture<>();
        final String builtFor;
        final int entries;
        final long bytes;
        int users;
        long lastUse;

        Shared(String builtFor, InputTree tree) {
            this.builtFor = builtFor;
            this.entries = tree.count();
            this.bytes = tree.totalBytes();
        }
    }

    private SharedTrees(Path directory, Path old, List<Path> earlier, CompletableFuture<Void> oldGone) {
        this.directory = directory;
        this.old = old;
        this.earlier = earlier;
        this.oldGone = oldGone;
    }

    /**
     * Opens an empty directory for trees, and starts to delete those of an earlier incarnation.
     *
     * @param background the executor that deletes them
     */
    static SharedTrees open(Path directory, Executor background) throws IOException {
        Path old = Files.createDirectories(directory.resolveSibling(directory.getFileName() + OLD));
        if (Files.exists(directory)) {
            Files.move(directory, uniqueIn(old));
        }
        Files.createDirectories(directory);
        List<Path> earlier;
        try (Stream<Path> trees = Files.list(old)) {
            earlier = trees.toList();
        }
        return new SharedTrees(
                directory, old, earlier, CompletableFuture.runAsync(() -> deleteAll(earlier), background));
    }

    /** Returns a future that completes when the trees of an earlier incarnation are deleted, as far as possible. */
    CompletableFuture<Void> oldGone() {
        return oldGone;
    }

    private Path unique() {
        return uniqueIn(old);
    }

    private static Path uniqueIn(Path old) {
        return old.resolve(UUID.randomUUID().toString());
    }

    private static void deleteAll(List<Path> earlier) {
        for (Path tree : earlier) {
            try {
                AttemptFiles.deleteTree(tree);
            } catch (IOException | RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("tree", tree)
                        .addKeyValue("cause", e)
                        .log("a tree of an earlier start cannot be deleted");
            }
        }
    }

    /** Waits until the trees of an earlier incarnation are deleted, and tries again to delete those that are left. */
    void awaitOldGone() {
        oldGone.join();
        deleteAll(earlier);
    }

    /**
     * Returns the directory of a tree, which is built first if necessary. The directory is kept until {@link #release} has been called as
     * often as this method.
     *
     * @throws IOException if the tree cannot be built; {@link #release} must not be called in this case
     */
    Path acquire(String owner, InputTree tree, Builder builder, Helper helper) throws IOException {
        Digest digest = tree.digest();
        Shared shared;
        boolean mine;
        synchronized (this) {
            shared = trees.get(digest);
            mine = shared == null;
            if (shared == null) {
                shared = new Shared(owner, tree);
                trees.put(digest, shared);
            }
            shared.users++;
            shared.lastUse = ++uses;
        }
        if (mine) {
            build(tree, builder, shared.built);
        } else if (!shared.built.isDone() && !shared.builtFor.equals(owner)) {
            helper.help(tree, shared.built::isDone);
        }
        try {
            return shared.built.join();
        } catch (CompletionException e) {
            // Thrown unchanged, because callers decide by its type whether another try can help.
            throw e.getCause() instanceof IOException cause ? cause : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Drops unused trees, so that the number of trees and of links to one file stays limited. Trees in use stay, however many there are,
     * and a new tree is built in addition to them: waiting for them would mean waiting for other owners.
     */
    private void dropSuperfluous() throws IOException {
        boolean more = true;
        while (more && isFull()) {
            more = dropOne();
        }
    }

    private synchronized boolean isFull() {
        return trees.size() > MAX_TREES
                || trees.values().stream().mapToLong(it -> it.entries).sum() > MAX_ENTRIES;
    }

    private void build(InputTree tree, Builder builder, CompletableFuture<Path> built) {
        Path target = directory.resolve(tree.digest().hex());
        try {
            dropSuperfluous();
            builder.build(tree, Files.createDirectory(target));
            built.complete(target);
        } catch (IOException | RuntimeException | Error e) {
            // The next try builds the tree in the same directory, so the directory must be deleted before this tree is
            // removed from the map.
            try {
                AttemptFiles.deleteTree(target);
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            synchronized (this) {
                trees.remove(tree.digest());
            }
            built.completeExceptionally(e);
        }
    }

    /**
     * Returns an upper bound of the bytes that trees in use occupy in the cache.
     *
     * @param bytesPerEntry how many bytes each file counts at least
     */
    synchronized long bytesInUse(long bytesPerEntry) {
        return trees.values().stream()
                .filter(it -> it.users > 0)
                .mapToLong(it -> Math.min(MOST_BYTES, it.bytes) + it.entries * bytesPerEntry)
                .sum();
    }

    synchronized void release(Digest digest) {
        Shared shared = trees.get(digest);
        if (shared != null) {
            shared.users--;
        }
    }

    /** Removes the unused tree whose last use is the longest time ago. Returns whether there was one. */
    boolean dropOne() throws IOException {
        Optional<Digest> oldest;
        Path dropped;
        synchronized (this) {
            oldest = trees.entrySet().stream()
                    .filter(it -> it.getValue().users == 0)
                    .min(Comparator.comparingLong(it -> it.getValue().lastUse))
                    .map(Map.Entry::getKey);
            if (oldest.isEmpty()) {
                return false;
            }
            // The directory is renamed before the tree is removed from the map, so that no reader finds it half
            // deleted.
            dropped = unique();
            Files.move(directory.resolve(oldest.get().hex()), dropped);
            trees.remove(oldest.get());
        }
        AttemptFiles.deleteTree(dropped);
        return true;
    }
}
