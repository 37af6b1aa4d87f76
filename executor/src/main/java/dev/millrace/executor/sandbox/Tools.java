package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The paths of the programs that start a task. The executor calls them by these paths; a task's own PATH cannot change them. */
record Tools(
        Path setsid,
        Path shell,
        Optional<Path> bwrap,
        Optional<Path> unshare,
        Optional<Path> mount,
        Optional<Path> pasta,
        Optional<Path> script,
        Optional<Path> env) {
    /**
     * @param path directories separated by ':', as in the environment variable PATH
     * @throws ConfigException if the shell or setsid is missing
     */
    static Tools find(String path) {
        return new Tools(
                required("setsid", path),
                required("sh", path),
                find("bwrap", path),
                find("unshare", path),
                find("mount", path),
                find("pasta", path),
                find("script", path),
                find("env", path));
    }

    private static Path required(String name, String path) {
        return find(name, path)
                .orElseThrow(() -> new ConfigException("there is no program '" + name + "' in executor.path (" + path
                        + "); the Debian package is util-linux or dash"));
    }

    private static Optional<Path> find(String name, String path) {
        return Stream.of(path.split(":"))
                .filter(it -> !it.isEmpty())
                .map(it -> Path.of(it).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
