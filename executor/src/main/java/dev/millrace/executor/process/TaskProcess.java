package dev.millrace.executor.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A task's process, leader of a session and group of its own. It is held at a gate until the watchdog knows it, so there is
 * no moment in which the executor's death could leave it behind: at the gate it ends by itself when the executor does.
 */
public final class TaskProcess {
    private static final String GATE = "IFS= read -r go || exit 125; exec \"$@\" </dev/null";

    /** As the kernel reads of a script. */
    private static final int MAX_FIRST_LINE = 256;

    private final Process process;
    private final ProcessTree tree;

    private TaskProcess(Process process, ProcessTree tree) {
        this.process = process;
        this.tree = tree;
    }

    /**
     * Starts the process and lets it through the gate.
     *
     * @param environment all of it; must hold MILLRACE_TASK and MILLRACE_ATTEMPT as given
     * @throws IOException when the machine cannot start it; a missing command is found by {@link #missingCommand} before
     */
    public static TaskProcess start(
            List<String> command,
            Path directory,
            Map<String, String> environment,
            String taskId,
            int attempt,
            Watchdog watchdog)
            throws IOException {
        var gated = new ArrayList<String>(List.of("setsid", "sh", "-c", GATE, "sh"));
        gated.addAll(command);
        var builder = new ProcessBuilder(gated).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            watchdog.add(process.pid(), taskId, attempt);
            try (OutputStream gate = process.getOutputStream()) {
                gate.write('\n');
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
        return new TaskProcess(process, new ProcessTree(process.pid(), ProcessTree.mark(taskId, attempt)));
    }

    /** Why {@code command} cannot be started in {@code directory} with {@code path}, if it cannot. */
    public static Optional<String> missingCommand(String command, Path directory, String path) {
        if (command.contains("/")) {
            return problem(directory.resolve(command), command);
        }
        for (String entry : path.split(":")) {
            if (!entry.isEmpty()
                    && problem(directory.resolve(entry).resolve(command), command)
                            .isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of("there is no command '" + command + "' on the task's PATH (" + path + ")");
    }

    private static Optional<String> problem(Path file, String command) {
        if (!Files.exists(file)) {
            return Optional.of("there is no file '" + command + "'");
        }
        if (Files.isDirectory(file)) {
            return Optional.of("'" + command + "' is a directory");
        }
        if (!Files.isExecutable(file)) {
            return Optional.of("'" + command + "' is not executable");
        }
        return interpreter(file)
                .filter(interpreter -> !Files.isExecutable(Path.of(interpreter)))
                .map(interpreter ->
                        "'" + command + "' wants the interpreter '" + interpreter + "', which is not there");
    }

    /** What the first line of a script asks for; nothing for a binary, and for what cannot be read. */
    private static Optional<String> interpreter(Path file) {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(MAX_FIRST_LINE);
        } catch (IOException e) {
            return Optional.empty();
        }
        String line = new String(start, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
        if (!line.startsWith("#!")) {
            return Optional.empty();
        }
        String interpreter = line.substring(2).strip().split("\\s", 2)[0];
        return interpreter.startsWith("/") ? Optional.of(interpreter) : Optional.empty();
    }

    public long pid() {
        return process.pid();
    }

    public InputStream stdout() {
        return process.getInputStream();
    }

    public InputStream stderr() {
        return process.getErrorStream();
    }

    public CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As {@link Process#exitValue()}: 128 + n when signal n ended it. */
    public int exitValue() {
        return process.exitValue();
    }

    public ProcessTree tree() {
        return tree;
    }
}
