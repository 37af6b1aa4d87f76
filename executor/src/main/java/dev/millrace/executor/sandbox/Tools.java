package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the programs are that start a task. They are called by these paths: a task's own PATH has no say in it. */
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
     * @param path as in the environment
     * @throws ConfigException when even a shell or setsid is missing
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
                        + "); Debian has it in util-linux or dash"));
    }

    private static Optional<Path> find(String name, String path) {
        return Stream.of(path.split(":"))
                .filter(it -> !it.isEmpty())
                .map(it -> Path.of(it).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
