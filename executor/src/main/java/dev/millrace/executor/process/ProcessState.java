package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process as {@code /proc/PID/stat} shows it. The first thread of a process can end before the others. Then the process looks like a
 * zombie and {@code /proc/PID} does not show its memory, files and environment, although its other threads still run.
 *
 * @param letter state of the first thread
 * @param threads how many threads still exist, including the first one
 */
public record ProcessState(String letter, long parent, long group, long session, long threads) {
    private static final Path PROC = Path.of("/proc");
    private static final int THREADS = 17;

    /** How often the threads are read before the environment counts as empty, because threads may start and end all the time. */
    private static final int ENVIRONMENT_TRIES = 20;

    /** Returns the state of a process; empty if the process is gone or its state cannot be read. */
    public static Optional<ProcessState> of(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The command in parentheses may hold anything, so fields are counted from the last parenthesis.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", THREADS + 2);
            return Optional.of(new ProcessState(
                    fields[0],
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[THREADS])));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Returns whether at least one of its threads is still alive. */
    public boolean isAlive() {
        return !isFirstThreadDead() || threads > 1;
    }

    private boolean isFirstThreadDead() {
        return letter.equals("Z") || letter.equals("X");
    }

    /** Returns the environment with which a process was started; empty if it cannot be read. */
    String environment(long pid) {
        if (!isFirstThreadDead()) {
            return environmentOf(pid);
        }
        for (int i = 0; i < ENVIRONMENT_TRIES; i++) {
            for (long thread : threads(pid)) {
                String environment = environmentOf(thread);
                if (!environment.isEmpty()) {
                    return environment;
                }
            }
        }
        return "";
    }

    /**
     * Returns the threads of a process whose directories in {@code /proc} show what it has open. The first thread is left out if it has
     * ended.
     */
    public static List<Long> witnesses(long pid) {
        Optional<ProcessState> state = of(pid);
        if (state.isEmpty() || state.get().threads() == 1) {
            return List.of(pid);
        }
        boolean dead = state.get().isFirstThreadDead();
        return threads(pid).stream().filter(it -> !dead || it != pid).toList();
    }

    private static String environmentOf(long thread) {
        try {
            return new String(Files.readAllBytes(PROC.resolve(thread + "/environ")), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** Returns the threads of a process. Every thread has a directory in {@code /proc} like that of its process. */
    private static List<Long> threads(long pid) {
        var threads = new ArrayList<Long>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            entries.forEach(it -> threads.add(Long.parseLong(it.getFileName().toString())));
        } catch (IOException | DirectoryIteratorException e) {
            // The process ended while its threads were listed.
            return List.of();
        }
        return threads;
    }
}
