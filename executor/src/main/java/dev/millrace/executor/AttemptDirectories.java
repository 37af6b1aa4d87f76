package dev.millrace.executor;

import dev.millrace.executor.io.AttemptFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The private directories of one attempt; gone when it is over. */
record AttemptDirectories(Path base, Path root, Path home, Path tmp, Path out, Path logs) {

    static AttemptDirectories create(Path work, String name) throws IOException {
        Path base = work.resolve(name);
        var directories = new AttemptDirectories(
                base,
                base.resolve("root"),
                base.resolve("home"),
                base.resolve("tmp"),
                base.resolve("out"),
                base.resolve("logs"));
        for (Path directory :
                Set.of(directories.root, directories.home, directories.tmp, directories.out, directories.logs)) {
            Files.createDirectories(directory);
        }
        return directories;
    }

    void delete() throws IOException {
        AttemptFiles.deleteTree(base);
    }
}
