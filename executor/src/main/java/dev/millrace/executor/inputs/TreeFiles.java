package dev.millrace.executor.inputs;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** Puts the files of a tree into a directory, from a cache that fetches what it does not have. Thread-safe. */
final class TreeFiles {
    /** So many files are asked for before the first is there; keeps all downloads busy, and one tree from filling their queue. */
    static final int FETCHED_AHEAD = 256;

    private static final String TOO_MANY_LINKS = "Too many links";

    private final Cache cache;

    /** Where cached files come from. */
    interface Cache {
        CompletableFuture<Path> fetch(Digest digest);

        /** Looks whether a copy of so many bytes has room on the disk. */
        default void beforeCopy(long bytes) throws IOException {}
    }

    TreeFiles(Cache cache) {
        this.cache = cache;
    }

    /**
     * Fetches what is not in the cache and puts every file below {@code target}. The first file that cannot be fetched ends it, and few
     * others are asked for then.
     *
     * @param linked whether files are shared with the cache, and nobody may change them, or are the directory's own
     * @param placed told the position of each entry that is there
     * @throws UnusableInputsException when the tree says another size of a file than it has
     */
    void fill(InputTree tree, Path target, boolean linked, IntConsumer placed) throws IOException {
        var filling = new Filling(target, linked, placed);
        tree.entries().visit(filling::take);
        filling.finish();
    }

    private record Asked(TreeEntry entry, CompletableFuture<Path> fetched) {}

    /** Entries that were asked for and are put in their places in turn. */
    private final class Filling {
        private final Path target;
        private final boolean linked;
        private final IntConsumer placed;
        private final Deque<Asked> ahead = new ArrayDeque<>();
        private Path made;
        private int position;

        Filling(Path target, boolean linked, IntConsumer placed) {
            this.target = target;
            this.linked = linked;
            this.placed = placed;
            this.made = target;
        }

        void take(TreeEntry entry) throws IOException {
            ahead.add(new Asked(entry, cache.fetch(entry.digest())));
            if (ahead.size() > FETCHED_AHEAD) {
                place(ahead.remove());
            }
        }

        void finish() throws IOException {
            for (Asked next = ahead.poll(); next != null; next = ahead.poll()) {
                place(next);
            }
        }

        private void place(Asked it) throws IOException {
            TreeEntry entry = it.entry();
            Path to = target.resolve(entry.path());
            Path parent = to.getParent();
            // Entries of a directory mostly follow one another, and to make one again costs little.
            if (parent != null && !parent.equals(made)) {
                Files.createDirectories(parent);
                made = parent;
            }
            try {
                TreeFiles.this.place(linked, InputCache.await(it.fetched()), entry, to);
            } catch (NoSuchFileException e) {
                // Evicted between fetch and use.
                TreeFiles.this.place(linked, InputCache.await(cache.fetch(entry.digest())), entry, to);
            }
            placed.accept(position++);
        }
    }

    private void place(boolean linked, Path cached, TreeEntry entry, Path to) throws IOException {
        long size = Files.size(cached);
        if (size == entry.size() && linked) {
            link(cached, entry, to);
        } else if (size == entry.size()) {
            copy(cached, entry, to);
        } else if (CachedFile.isIntact(entry.digest(), cached)) {
            throw new UnusableInputsException("the input '" + entry.path() + "' has " + size
                    + " bytes, and its tree says that it has " + entry.size());
        } else {
            throw new IOException("the cached input " + entry.path() + " was damaged and is fetched again");
        }
    }

    private void copy(Path cached, TreeEntry entry, Path to) throws IOException {
        cache.beforeCopy(entry.size());
        Files.copy(cached, to);
        if (entry.executable()) {
            setExecutable(to);
        }
    }

    /** A file is executable in one tree and not in another, so there is a second copy of those that are. */
    private void link(Path cached, TreeEntry entry, Path to) throws IOException {
        Path source = cached;
        if (entry.executable()) {
            source = cached.resolveSibling(cached.getFileName() + CachedFile.EXECUTABLE_SUFFIX);
            if (!Files.exists(source) || Files.size(source) != entry.size()) {
                cache.beforeCopy(entry.size());
                Path partial = Files.createTempFile(cached.getParent(), "copy", BlobClient.PARTIAL_SUFFIX);
                Files.copy(cached, partial, StandardCopyOption.REPLACE_EXISTING);
                setExecutable(partial);
                Files.move(partial, source, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        try {
            Files.createLink(to, source);
        } catch (FileSystemException e) {
            if (!String.valueOf(e.getMessage()).contains(TOO_MANY_LINKS)) {
                throw e;
            }
            // An empty file, say, is in many trees.
            cache.beforeCopy(entry.size());
            Files.copy(source, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void setExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
