package dev.millrace.executor.artifacts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A shared tree with the changes of one attempt. It merges both by the rules of overlayfs, because the overlay is no longer mounted. A
 * path in {@code upper} hides the same path in {@code lower}. A character device 0/0 marks a deleted path. A directory that is marked
 * opaque was created anew, so it hides everything below it in {@code lower}.
 */
public record OverlaidFiles(Path lower, Path upper) implements WorkFiles {
    /** The bits of a mode that hold the file type, see inode(7). They are needed because pipes and sockets have device number 0 too. */
    private static final int FILE_TYPE = 0170000;

    private static final int CHARACTER_DEVICE = 0020000;
    private static final String OPAQUE = "overlay.opaque";

    @Override
    public void visit(Visitor visitor) throws IOException {
        Files.walkFileTree(upper, new Changed(visitor));
        if (visitor.wantsMore()) {
            Files.walkFileTree(lower, new Unchanged(visitor));
        }
    }

    private static FileVisitResult next(Visitor visitor) {
        return visitor.wantsMore() ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }

    /** Shows what the attempt wrote. */
    private final class Changed extends SimpleFileVisitor<Path> {
        private final Visitor visitor;

        Changed(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return next(visitor);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!attributes.isOther() || !isWhiteout(file)) {
                visitor.file(name(upper, file), file, attributes);
            }
            return next(visitor);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            visitor.unreadable(name(upper, file));
            return next(visitor);
        }
    }

    /**
     * Shows the files of the shared tree that the attempt has not hidden. It reads both directories from disk and holds neither on the
     * heap, because trees are large and tasks can create any number of names of any length.
     */
    private final class Unchanged extends SimpleFileVisitor<Path> {
        private final Visitor visitor;

        /** For each directory that is being visited: whether the attempt has a directory at the same path. */
        private final Deque<Boolean> changed = new ArrayDeque<>();

        Unchanged(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            if (!visitor.wantsMore()) {
                return FileVisitResult.TERMINATE;
            }
            Path above = inUpper(directory);
            boolean mayBeChanged = changed.isEmpty() || changed.peek();
            BasicFileAttributes its = mayBeChanged ? attributes(above) : null;
            if (its != null && (!its.isDirectory() || isClosed(above) || isHidden(directory, above))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            changed.push(its != null);
            return FileVisitResult.CONTINUE;
        }

        /** Whether a directory cannot be read or entered. It is then unknown which files of the shared tree it hides. */
        private static boolean isClosed(Path above) {
            return !Files.isReadable(above) || !Files.isExecutable(above);
        }

        private boolean isHidden(Path directory, Path above) throws IOException {
            return !directory.equals(lower) && isOpaque(above);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            changed.pop();
            return super.postVisitDirectory(directory, failure);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean isHidden =
                    Boolean.TRUE.equals(changed.peek()) && Files.exists(inUpper(file), LinkOption.NOFOLLOW_LINKS);
            if (!isHidden) {
                visitor.file(name(lower, file), file, attributes);
            }
            return next(visitor);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            visitor.unreadable(name(lower, file));
            return next(visitor);
        }

        private Path inUpper(Path file) {
            return upper.resolve(lower.relativize(file));
        }

        private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
            try {
                return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return null;
            }
        }
    }

    private static String name(Path root, Path path) {
        return root.relativize(path).toString();
    }

    private static boolean isWhiteout(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:rdev,mode", LinkOption.NOFOLLOW_LINKS);
        boolean isCharacterDevice =
                attributes.get("mode") instanceof Integer mode && (mode & FILE_TYPE) == CHARACTER_DEVICE;
        return isCharacterDevice && attributes.get("rdev") instanceof Long number && number == 0;
    }

    private static boolean isOpaque(Path directory) throws IOException {
        var view = Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null || !view.list().contains(OPAQUE)) {
            return false;
        }
        ByteBuffer value = ByteBuffer.allocate(16);
        return view.size(OPAQUE) <= 16 && view.read(OPAQUE, value) > 0 && value.get(0) == 'y';
    }
}
