package dev.millrace.executor;

import dev.millrace.executor.io.AttemptFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The private directories of one attempt; gone when it is over. */
record AttemptDirectories(Path base, Path root, Path home, Path tmp, Path out, Path logs) {

    static AttemptDirectories of(Path work, String name) {
        Path base = work.resolve(name);
        return new AttemptDirectories(
                base,
                base.resolve("root"),
                base.resolve("home"),
                base.resolve("tmp"),
                base.resolve("out"),
                base.resolve("logs"));
    }

    void create() throws IOException {
        for (Path directory : Set.of(root, home, tmp, out, logs)) {
            Files.createDirectories(directory);
        }
    }

    void delete() throws IOException {
        AttemptFiles.deleteTree(base);
    }
}
