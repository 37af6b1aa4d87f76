package dev.millrace.executor.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The private directories of one attempt, which are deleted when it is over. Files that a sandboxed task cannot reach are in {@code base}
 * itself. There are only few directories, because creating and deleting one costs more than a short task does in it.
 */
public record AttemptDirectories(Path base, Path root, Path home, Path tmp, Path out, Path upper, Path scratch) {
    /**
     * The files that the executor itself writes for an attempt. They are deleted by name; other files are found by listing the directories.
     */
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

    /** @param inMemory whether the task's home and temporary directories are in memory, so that none are needed here */
    public void create(boolean inMemory) throws IOException {
        Files.createDirectories(base);
        Files.createDirectory(root);
        Files.createDirectory(out);
        if (!inMemory) {
            Files.createDirectory(home);
            Files.createDirectory(tmp);
        }
    }

    /** Returns the directory for the output and for files that only the executor uses. */
    public Path logs() {
        return base;
    }

    /** Returns the file for the results of an earlier attempt at the task. */
    public Path earlier() {
        return base.resolve("earlier");
    }

    /** Returns a workspace with the inputs in {@code root} itself. */
    public Workspace workspace() {
        return new Workspace(root, home, tmp, out, logs(), null);
    }

    /** Returns a workspace with shared inputs. The changes that the task makes to them go to {@code upper}. */
    public Workspace workspaceOver(Path lower) throws IOException {
        Files.createDirectory(upper);
        Files.createDirectory(scratch);
        return workspace().with(new Workspace.Overlay(lower, upper, scratch));
    }

    /** Returns the directories in which a task can create files. */
    public List<Path> writable() {
        return List.of(root, upper, home, tmp, out);
    }

    /** Deletes all directories. Most tasks leave them empty, so this first tries to delete them without listing them. */
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
