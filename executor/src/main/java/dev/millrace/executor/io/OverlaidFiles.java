package dev.millrace.executor.io;

import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
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
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A shared tree with the changes of one attempt, put together by the rules of overlayfs once it is not mounted any more: what
 * is in {@code upper} hides what is below, a character device 0/0 stands for something deleted, and a directory marked opaque
 * for one that was made anew.
 */
public record OverlaidFiles(Tree tree, Path lower, Path upper) implements WorkFiles {
    private static final String OPAQUE = "overlay.opaque";

    @Override
    public void visit(Visitor visitor) throws IOException {
        var hidden = new Hidden(tree);
        Files.walkFileTree(upper, new SimpleFileVisitor<>() {
            private FileVisitResult next() {
                return visitor.wantsMore() ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(upper) && isOpaque(directory)) {
                    hidden.add(name(directory));
                }
                return next();
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                hidden.add(name(file));
                if (!attributes.isOther() || !isWhiteout(file)) {
                    visitor.file(name(file), file, attributes);
                }
                return next();
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                hidden.add(name(file));
                visitor.unreadable(name(file));
                return next();
            }
        });
        for (TreeEntry entry : tree.entries()) {
            if (!visitor.wantsMore()) {
                return;
            }
            if (!hidden.has(entry.path())) {
                unchanged(entry.path(), visitor);
            }
        }
    }

    private void unchanged(String name, Visitor visitor) throws IOException {
        Path file = lower.resolve(name);
        try {
            visitor.file(name, file, Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            visitor.unreadable(name);
        }
    }

    private String name(Path path) {
        return upper.relativize(path).toString();
    }

    /** The entries of the tree that are hidden. Names that are not the tree's are not kept: a task makes as many and as long ones as it likes. */
    private static final class Hidden {
        private final NavigableSet<String> ofTree = new TreeSet<>();
        private final Set<String> names = new HashSet<>();

        Hidden(Tree tree) {
            tree.entries().forEach(entry -> ofTree.add(entry.path()));
        }

        void add(String name) {
            String within = name + "/";
            String next = ofTree.ceiling(within);
            if (ofTree.contains(name) || (next != null && next.startsWith(within))) {
                names.add(name);
            }
        }

        /** Whether the entry is, or a directory above it. */
        boolean has(String path) {
            for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
                if (names.contains(path.substring(0, end))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isWhiteout(Path file) throws IOException {
        @Nullable Object device = Files.getAttribute(file, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
        return device instanceof Long number && number == 0;
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
