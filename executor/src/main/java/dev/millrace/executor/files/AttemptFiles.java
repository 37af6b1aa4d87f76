package dev.millrace.executor.files;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Files that a task may have done anything to. */
public final class AttemptFiles {
    /** Far from what a path may have, and more than an honest one does. */
    private static final int LONG_PATH = 1_000;

    private static final String DEEP = ".millrace-deep-";

    private AttemptFiles() {}

    /**
     * Deletes without following links, whatever modes a task gave its directories and however deep it nested them: what lies
     * deeper than a path can name is moved up to its top, and deleted from there. Holds nothing on the heap but the directories of one
     * path, since a task may make as many as its limit allows. May be called again after it was cut short.
     */
    public static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean isWhole = false;
        while (!isWhole) {
            var deletion = new Deletion(tree);
            Files.walkFileTree(tree, deletion);
            isWhole = deletion.moved == 0;
        }
        Files.deleteIfExists(tree);
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        private final Path tree;

        /** Unlike the names that an earlier deletion of the tree may have left. */
        private final String prefix = DEEP + UUID.randomUUID() + "-";

        /** The entry at the top when the next walk begins. */
        private int moved;

        Deletion(Path tree) {
            this.tree = tree;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            open(directory);
            if (directory.toString().length() - tree.toString().length() < LONG_PATH) {
                return FileVisitResult.CONTINUE;
            }
            try {
                Files.delete(directory);
            } catch (DirectoryNotEmptyException e) {
                Files.move(directory, tree.resolve(prefix + moved++));
            }
            return FileVisitResult.SKIP_SUBTREE;
        }

        /**
         * A closed directory goes to the top, for the next walk: to walk it now would take a part of the stack for each of those in it, and
         * to come back to it would take all the way down again.
         */
        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || Files.isReadable(path)) {
                throw failure;
            }
            open(path);
            if (!Files.isReadable(path)) {
                throw failure;
            }
            if (path.equals(tree)) {
                moved++;
            } else {
                Files.move(path, tree.resolve(prefix + moved++));
            }
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
