package dev.millrace.executor.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Files that a task may have done anything to. */
public final class AttemptFiles {
    /** Far from what a path may have, and more than an honest one does. */
    private static final int LONG_PATH = 1_000;

    private static final String DEEP = ".millrace-deep-";

    private AttemptFiles() {}

    /**
     * Deletes without following links, whatever modes a task gave its directories and however deep it nested them: what lies
     * deeper than a path can name is moved up to its top, and deleted from there.
     */
    public static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Deque<Path> roots = new ArrayDeque<>();
        roots.add(tree);
        int moved = 0;
        while (!roots.isEmpty()) {
            var deletion = new Deletion(tree, moved);
            Path root = roots.poll();
            if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
                Files.walkFileTree(root, deletion);
            }
            moved = deletion.moved;
            roots.addAll(deletion.deep);
        }
        Files.deleteIfExists(tree);
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        private final Path tree;
        private final Deque<Path> deep = new ArrayDeque<>();
        private int moved;

        Deletion(Path tree, int moved) {
            this.tree = tree;
            this.moved = moved;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            open(directory);
            if (directory.toString().length() - tree.toString().length() < LONG_PATH) {
                return FileVisitResult.CONTINUE;
            }
            Path up = tree.resolve(DEEP + moved++);
            Files.move(directory, up);
            deep.add(up);
            return FileVisitResult.SKIP_SUBTREE;
        }

        /** A directory that could not be opened is not visited, so it is walked anew with a mode that allows it. */
        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || Files.isReadable(path)) {
                throw failure;
            }
            open(path);
            Files.walkFileTree(path, this);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            // At the top there may be what was moved there meanwhile.
            if (!directory.equals(tree)) {
                Files.delete(directory);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Lets its owner list and change a directory. */
    public static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
}
