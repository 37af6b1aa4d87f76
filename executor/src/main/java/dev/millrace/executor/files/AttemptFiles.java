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

/** Handles files that a task may have changed in any way. */
public final class AttemptFiles {
    /**
     * From this length on, directories are moved to the top. It is far below the system's limit on paths, and longer than the paths of
     * ordinary tasks.
     */
    private static final int LONG_PATH = 1_000;

    private static final String DEEP = ".millrace-deep-";

    private AttemptFiles() {}

    /**
     * Deletes a tree without following links, whatever permissions a task gave its directories and however deeply it nested them.
     * Directories that are too deep for a path are moved to the top of the tree and deleted from there. Holds only the directories of one
     * path in memory, because a task may create as many as its limit allows. May be called again after it was interrupted.
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

        /** Differs from the names that an earlier deletion of the tree may have left. */
        private final String prefix = DEEP + UUID.randomUUID() + "-";

        /** How many directories were moved to the top, to be deleted by the next walk. */
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
         * Opens a directory that cannot be listed and moves it to the top for the next walk. A nested walk now would use stack space for
         * each such directory within another. A later walk to its old place would have to go down the whole path again.
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
            // The top may contain directories that were moved there meanwhile.
            if (!directory.equals(tree)) {
                Files.delete(directory);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Lets only its owner list, enter and change a directory. */
    public static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
}
