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
 * A task's process, leader of a session and group of its own. It is held at a gate until the watchdog knows it, so there is
 * no moment in which the executor's death could leave it behind: at the gate it ends by itself when the executor does.
 */
public final class TaskProcess {
    /** As the kernel reads of a script. */
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
     * Starts the process, which takes itself into its control group, and lets it through the gate.
     *
     * @param watch tells of a process what the watchdog must know
     * @throws IOException when the machine cannot start it; a missing command is found by {@link #missingCommand} before
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
     * Why {@code command} cannot be started in {@code directory} with {@code path}, if it cannot.
     *
     * @param behind where on the machine a task finds what it sees under a path; nothing if it sees nothing there
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

    /** Waits for the first process to end, and whether it did. */
    public boolean waitFor(long nanos) throws InterruptedException {
        return process.waitFor(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Kills all of it, the first process by itself too: it may be on its way into its control group. Its output can
     * still be read.
     *
     * @return whether nobody is left
     */
    public boolean kill() {
        // Not by the process itself, which would close the streams with what nobody has read yet.
        process.toHandle().destroyForcibly();
        return tree.kill();
    }

    /** Kills the first process and does not wait; bubblewrap's box goes with it. */
    public void strike() {
        process.toHandle().destroyForcibly();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As {@link Process#exitValue()}: 128 + n when signal n ended it. */
    public int exitValue() {
        return process.exitValue();
    }

    /** Returns the limits that the task met, as the kernel saw them; nothing without control groups. */
    public TaskCgroup.LimitViolation violation() {
        return group == null ? TaskCgroup.LimitViolation.NONE : group.violation();
    }

    /** Keeps a crowd of processes from crowding out its neighbours; to be called now and then. */
    public void settle() {
        if (group != null) {
            group.settle();
        }
    }

    /** As the watchdog knows it. */
    public WatchedTask watched() {
        return watched;
    }

    public ProcessTree tree() {
        return tree;
    }
}
