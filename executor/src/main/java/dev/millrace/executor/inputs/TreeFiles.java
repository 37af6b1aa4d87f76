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
    /**
     * How many files are requested before the first one has arrived. This keeps all downloads busy, and prevents one tree from filling
     * their queue.
     */
    static final int FETCHED_AHEAD = 256;

    private static final String TOO_MANY_LINKS = "Too many links";

    private final Cache cache;

    /** Where cached files come from. */
    interface Cache {
        CompletableFuture<Path> fetch(Digest digest);

        /** Checks that the disk has enough free space for a copy of {@code bytes}. */
        default void beforeCopy(long bytes) throws IOException {}
    }

    TreeFiles(Cache cache) {
        this.cache = cache;
    }

    /**
     * Fetches the files that are not in the cache and puts every file below {@code target}. Ends at the first file that cannot be fetched;
     * only few further files have been requested then.
     *
     * @param linked true to link the files to those of the cache, so that nobody may change them; false to copy them
     * @param placed called with the position of each entry whose file is in place
     * @throws UnusableInputsException if the tree states a wrong size of a file
     */
    void fill(InputTree tree, Path target, boolean linked, IntConsumer placed) throws IOException {
        var filling = new Filling(target, linked, placed);
        tree.entries().visit(filling::take);
        filling.finish();
    }

    private record Asked(TreeEntry entry, CompletableFuture<Path> fetched) {}

    /** Requests the files of entries and puts them in their places one after the other. */
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
            // The entries of one directory mostly follow each other, so only the last directory is remembered. Creating
            // a directory again costs little.
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

    /**
     * Links to a cached file. A file may be executable in one tree and not in another, so the cache has a second copy of a file that is
     * executable.
     */
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
            // The file has too many links already. An empty file, for example, is in many trees.
            cache.beforeCopy(entry.size());
            Files.copy(source, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void setExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
