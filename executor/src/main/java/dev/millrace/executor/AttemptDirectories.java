package dev.millrace.executor;

import dev.millrace.executor.io.AttemptFiles;
import dev.millrace.executor.sandbox.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The private directories of one attempt; gone when it is over. What the task cannot reach is in {@code logs}. */
record AttemptDirectories(Path base, Path root, Path home, Path tmp, Path out, Path logs, Path upper, Path scratch) {

    static AttemptDirectories of(Path work, String name) {
        Path base = work.resolve(name).toAbsolutePath();
        return new AttemptDirectories(
                base,
                base.resolve("root"),
                base.resolve("home"),
                base.resolve("tmp"),
                base.resolve("out"),
                base.resolve("logs"),
                base.resolve("upper"),
                base.resolve("scratch"));
    }

    void create() throws IOException {
        Files.createDirectories(base);
        for (Path directory : List.of(root, home, tmp, out, logs)) {
            Files.createDirectory(directory);
        }
    }

    /** With the inputs in {@code root} itself. */
    Workspace workspace() {
        return new Workspace(root, home, tmp, out, logs, null);
    }

    /** With the inputs shared, and changes of them in {@code upper}. */
    Workspace workspaceOver(Path lower) throws IOException {
        Files.createDirectory(upper);
        Files.createDirectory(scratch);
        return workspace().with(new Workspace.Overlay(lower, upper, scratch));
    }

    /** Where a task's own files come to be. */
    List<Path> writable() {
        return List.of(root, upper, home, tmp, out);
    }

    void delete() throws IOException {
        AttemptFiles.deleteTree(base);
    }
}
