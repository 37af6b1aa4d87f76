package dev.millrace.executor.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The private directories of one attempt; gone when it is over. Files that a sandboxed task cannot reach are in {@code base} itself.
 * Few, since every one of them costs a short task more than what it does in it.
 */
public record AttemptDirectories(Path base, Path root, Path home, Path tmp, Path out, Path upper, Path scratch) {
    /** The bytes that an executor keeps of a task that left nothing; anything else is found by looking. */
    private static final List<String> OWN_FILES = List.of(
            "stdout", "stderr", "index", "status", "environment", "cases", "cases.merged", "network", "earlier");

    public static AttemptDirectories of(Path work, String name) {
        Path base = work.resolve(name).toAbsolutePath();
        return new AttemptDirectories(
                base,
                base.resolve("root"),
                base.resolve("home"),
                base.resolve("tmp"),
                base.resolve("out"),
                base.resolve("upper"),
                base.resolve("scratch"));
    }

    /** @param inMemory whether the task has its home and temporary directories elsewhere */
    public void create(boolean inMemory) throws IOException {
        Files.createDirectories(base);
        Files.createDirectory(root);
        Files.createDirectory(out);
        if (!inMemory) {
            Files.createDirectory(home);
            Files.createDirectory(tmp);
        }
    }

    /** For the output, and what is nobody's but the executor's. */
    public Path logs() {
        return base;
    }

    /** The results of an earlier attempt at the task. */
    public Path earlier() {
        return base.resolve("earlier");
    }

    /** With the inputs in {@code root} itself. */
    public Workspace workspace() {
        return new Workspace(root, home, tmp, out, logs(), null);
    }

    /** With the inputs shared, and changes of them in {@code upper}. */
    public Workspace workspaceOver(Path lower) throws IOException {
        Files.createDirectory(upper);
        Files.createDirectory(scratch);
        return workspace().with(new Workspace.Overlay(lower, upper, scratch));
    }

    /** Where a task's own files come to be. */
    public List<Path> writable() {
        return List.of(root, upper, home, tmp, out);
    }

    /** Most tasks leave their directories empty, and then nobody need look at what is in them. */
    public void delete() throws IOException {
        try {
            for (Path directory : List.of(root, out, home, tmp)) {
                Files.deleteIfExists(directory);
            }
            for (String file : OWN_FILES) {
                Files.deleteIfExists(base.resolve(file));
            }
            Files.deleteIfExists(base);
        } catch (IOException e) {
            AttemptFiles.deleteTree(base);
        }
    }
}
