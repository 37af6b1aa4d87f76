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
 * A process as {@code /proc/PID/stat} shows it. Its first thread can end before the others: then it looks like a zombie, and
 * {@code /proc/PID} says nothing of its memory, files and environment, while its other threads go on.
 *
 * @param letter state of the first thread
 * @param threads that have not been waited for, the first one included
 */
public record ProcessState(String letter, long parent, long group, long session, long threads) {
    private static final Path PROC = Path.of("/proc");
    private static final int THREADS = 17;

    /** A process whose threads end and begin all the time is looked at so often before its environment counts as empty. */
    private static final int ENVIRONMENT_TRIES = 20;

    /** Empty if the process is gone or not ours to look at. */
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

    /** Whether some thread of it can still do anything. */
    public boolean isAlive() {
        return !isFirstThreadDead() || threads > 1;
    }

    private boolean isFirstThreadDead() {
        return letter.equals("Z") || letter.equals("X");
    }

    /** The environment a process was started with, as far as anybody may read it; else empty. */
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

    /** The threads of a process whose directories in {@code /proc} show what it has open; the first of all unless it has ended. */
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

    /** Every thread has a directory in {@code /proc} like that of its process. */
    private static List<Long> threads(long pid) {
        var threads = new ArrayList<Long>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            entries.forEach(it -> threads.add(Long.parseLong(it.getFileName().toString())));
        } catch (IOException | DirectoryIteratorException e) {
            // It ended while it was looked at.
            return List.of();
        }
        return threads;
    }
}
