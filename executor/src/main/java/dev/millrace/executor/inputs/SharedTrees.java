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
 * Trees of inputs as directories, each made once and then laid under the working directories of many attempts. Their files are
 * links to those of the cache and take no room of their own. They do not outlive the executor process, since whoever runs as
 * the same user could have changed them in between. Thread-safe.
 */
final class SharedTrees {
    private static final Logger LOG = LoggerFactory.getLogger(SharedTrees.class);
    private static final String OLD = ".old";
    private static final int MAX_TREES = 64;

    /** Links and directories that trees may have for any of them to be kept that nobody uses; a file may be linked to 65,000 times at most. */
    private static final long MAX_ENTRIES = 300_000;

    /** A tree may say that it has any number of bytes, before it is looked at. */
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

    /** Helps an owner to a tree that another one builds, instead of waiting for the other one's turns. */
    interface Helper {
        /** @param built whether that is no longer needed */
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
     * Opens an empty directory for trees, and begins to delete those of an earlier life.
     *
     * @param background deletes them; no task waits for it
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

    /** When what an earlier life left is deleted, as far as it can be. */
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
                LOG.atWarn().addKeyValue("tree", tree).addKeyValue("cause", e).log("a tree of an earlier life is left");
            }
        }
    }

    /** Waits until what an earlier life left is deleted, and tries again if it could not be. */
    void awaitOldGone() {
        oldGone.join();
        deleteAll(earlier);
    }

    /**
     * The directory of a tree, kept until {@link #release} has been called as often as this.
     *
     * @throws IOException when it cannot be built; nothing is to be released then
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
            // As it was, since callers tell what another try may bring from what it cannot.
            throw e.getCause() instanceof IOException cause ? cause : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Makes room, so that neither trees nor links to one file are without number. Those in use stay, and another is built beside them
     * however many they are: to wait for them would be to wait for their owners.
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
            // The next one is built in the same place, so the place must be free before this one is forgotten.
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
     * An upper bound of the bytes that trees in use occupy in the cache.
     *
     * @param bytesPerEntry that each file counts with at least
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

    /** Removes the tree that nobody has used for longest; returns whether there was one. */
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
            // It is renamed before it is forgotten, so that no reader finds it half deleted.
            dropped = unique();
            Files.move(directory.resolve(oldest.get().hex()), dropped);
            trees.remove(oldest.get());
        }
        AttemptFiles.deleteTree(dropped);
        return true;
    }
}
