package dev.millrace.executor.artifacts;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The files of a directory without an overlay.
 *
 * @param except the name of a directory directly below {@code root} that is left out, if any
 */
public record PlainFiles(Path root, Optional<String> except) implements WorkFiles {
    @Override
    public void visit(Visitor visitor) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            private FileVisitResult next() {
                return visitor.wantsMore() ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return except.isPresent() && directory.equals(root.resolve(except.get()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : next();
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                visitor.file(root.relativize(file).toString(), file, attributes);
                return next();
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                visitor.unreadable(root.relativize(file).toString());
                return next();
            }
        });
    }
}
