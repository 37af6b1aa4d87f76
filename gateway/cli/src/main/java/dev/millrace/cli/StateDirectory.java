package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The directory in which commands remember the running stack and the last job. Only its owner can read it. */
public record StateDirectory(Path path) {

    /** Returns the directory {@code MILLRACE_STATE_DIR}, else {@code millrace} in the XDG state directory. */
    public static StateDirectory of(Map<String, String> environment) {
        String own = environment.get("MILLRACE_STATE_DIR");
        if (own != null && !own.isBlank()) {
            return new StateDirectory(Path.of(own));
        }
        String xdg = environment.get("XDG_STATE_HOME");
        Path base = xdg != null && !xdg.isBlank()
                ? Path.of(xdg)
                : Path.of(environment.getOrDefault("HOME", "."), ".local", "state");
        return new StateDirectory(base.resolve("millrace"));
    }

    /**
     * Returns the description of a stack, which {@code up} or {@code run} has written; empty if there is none. The stack may have been
     * killed, see {@link StackProcess}.
     */
    public Optional<JsonNode> stack() {
        return read("stack.json").map(text -> {
            try {
                return Json.MAPPER.readTree(text);
            } catch (IOException e) {
                return Json.MAPPER.missingNode();
            }
        });
    }

    /** The file that stores the digests of local files. */
    public Path digestsFile() {
        return path.resolve("digests");
    }

    /** Locked by commands that start, use or stop a stack; see {@link StackLock}. */
    public Path stackLock() {
        return path.resolve("stack.lock");
    }

    /** Locked by a process while it waits for {@link #stackLock}. */
    public Path stackDoor() {
        return path.resolve("stack.door");
    }

    public Path stackFile() {
        return path.resolve("stack.json");
    }

    public Optional<String> lastJob() {
        return read("last-job").map(String::strip).filter(text -> !text.isEmpty());
    }

    public void rememberJob(String jobId) {
        try {
            PrivateFiles.directory(path);
            PrivateFiles.write(path.resolve("last-job"), jobId + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private Optional<String> read(String name) {
        try {
            Path file = path.resolve(name);
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
