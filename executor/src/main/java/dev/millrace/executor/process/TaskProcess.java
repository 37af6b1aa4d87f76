package dev.millrace.executor.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A task's process, which leads a session and process group of its own. Before the task starts, it waits until the watchdog knows it.
 * Therefore the death of the executor can never leave it behind: while it waits, it ends by itself when the executor ends.
 */
public final class TaskProcess {
    /** How many bytes of a script's first line the kernel reads. */
    private static final int MAX_FIRST_LINE = 256;

    private final Process process;
    private final ProcessTree tree;
    private final WatchedTask watched;
    private final @Nullable TaskCgroup group;

    private TaskProcess(Process process, WatchedTask watched, @Nullable TaskCgroup group, int scaffolding) {
        this.process = process;
        this.tree = new ProcessTree(
                process.pid(),
                ProcessTree.mark(watched.taskId(), watched.attempt()),
                group == null ? null : group.members(),
                scaffolding);
        this.watched = watched;
        this.group = group;
    }

    /**
     * Starts the process, which enters its control group, registers it with the watchdog, and then lets the task start.
     *
     * @param watch returns for a process id what the watchdog must know about the process
     * @throws IOException if the machine cannot start the process; a missing command must be found before with {@link #missingCommand}
     */
    public static TaskProcess start(Launch launch, LongFunction<WatchedTask> watch, Watchdog watchdog)
            throws IOException {
        var builder = new ProcessBuilder(launch.command())
                .directory(launch.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        Process process = builder.start();
        try {
            WatchedTask watched = watch.apply(process.pid());
            watchdog.add(watched);
            try (OutputStream launchScript = process.getOutputStream()) {
                launchScript.write('\n');
            }
            return new TaskProcess(process, watched, launch.group(), launch.scaffolding());
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /**
     * Returns why {@code command} cannot be started in {@code directory} with {@code path}; empty if it can be started.
     *
     * @param behind returns the path on the machine for a path as the task sees it; empty if the task sees nothing there
     */
    public static Optional<String> missingCommand(
            String command, Path directory, String path, Function<Path, Optional<Path>> behind) {
        if (command.contains("/")) {
            return problem(directory.resolve(command), command, behind);
        }
        for (String entry : path.split(":")) {
            if (!entry.isEmpty()
                    && problem(directory.resolve(entry).resolve(command), command, behind)
                            .isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of("there is no command '" + command + "' on the task's PATH (" + path + ")");
    }

    private static Optional<String> problem(Path seen, String command, Function<Path, Optional<Path>> behind) {
        Path file = behind.apply(seen).orElse(null);
        if (file == null) {
            return Optional.of("'" + command + "' is not visible in the sandbox");
        }
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
                .filter(interpreter -> behind.apply(Path.of(interpreter))
                        .filter(Files::isExecutable)
                        .isEmpty())
                .map(interpreter ->
                        "'" + command + "' wants the interpreter '" + interpreter + "', which is not there");
    }

    /** Returns the interpreter that the first line of a script asks for; nothing for a binary, and for what cannot be read. */
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

    /** Waits at most {@code nanos} for the first process to end. Returns whether it has ended. */
    public boolean waitFor(long nanos) throws InterruptedException {
        return process.waitFor(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Kills all processes of the task. The first process is also killed separately, because it may not be in its control group yet. The
     * output can still be read.
     *
     * @return whether no process is left
     */
    public boolean kill() {
        // Uses the handle, because Process.destroyForcibly would close the streams with output that has not been read
        // yet.
        process.toHandle().destroyForcibly();
        return tree.kill();
    }

    /** Kills the first process without waiting for its end. The bubblewrap sandbox ends with it. */
    public void strike() {
        process.toHandle().destroyForcibly();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the same as {@link Process#exitValue()}: 128 + n if signal n ended the process. */
    public int exitValue() {
        return process.exitValue();
    }

    /** Returns the limits that the task exceeded, as the kernel counted them; none without control groups. */
    public TaskCgroup.LimitViolation violation() {
        return group == null ? TaskCgroup.LimitViolation.NONE : group.violation();
    }

    /** Keeps a task with very many processes from slowing down other tasks. Must be called from time to time. */
    public void settle() {
        if (group != null) {
            group.settle();
        }
    }

    /** Returns what the watchdog knows about the task. */
    public WatchedTask watched() {
        return watched;
    }

    public ProcessTree tree() {
        return tree;
    }
}
