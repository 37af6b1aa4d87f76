package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that runs on behalf of one attempt: the members of its session and process group, and whoever carries its mark
 * in the environment, which children inherit even when they make a session of their own. Read from {@code /proc}.
 *
 * @param leader process id of the first process, which leads session and group
 * @param mark environment entries that no other attempt has, separated by NUL
 */
public record ProcessTree(long leader, String mark) {
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE_MS = 5;

    /** A mark of two environment entries. */
    public static String mark(String taskId, int attempt) {
        return "MILLRACE_TASK=" + taskId + "\0MILLRACE_ATTEMPT=" + attempt;
    }

    /** The processes alive now, zombies not counted. */
    public List<ProcessHandle> members() {
        var members = new ArrayList<ProcessHandle>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                if (belongs(entry)) {
                    ProcessHandle.of(Long.parseLong(entry.getFileName().toString()))
                            .ifPresent(members::add);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list " + PROC, e);
        }
        return members;
    }

    private boolean belongs(Path entry) {
        try {
            String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The command in parentheses may hold anything, so fields are counted from the last parenthesis.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
            if (fields[0].equals("Z") || fields[0].equals("X")) {
                return false;
            }
            return Long.parseLong(fields[2]) == leader || Long.parseLong(fields[3]) == leader || isMarked(entry);
        } catch (IOException | RuntimeException e) {
            // The process ended while it was looked at, or is not ours to look at.
            return false;
        }
    }

    private boolean isMarked(Path entry) throws IOException {
        String environment = new String(Files.readAllBytes(entry.resolve("environ")), StandardCharsets.ISO_8859_1);
        String padded = "\0" + environment;
        for (String item : mark.split("\0")) {
            if (!padded.contains("\0" + item + "\0")) {
                return false;
            }
        }
        return true;
    }

    /** Asks every member to end. */
    public void terminate() {
        members().forEach(ProcessHandle::destroy);
    }

    /**
     * Kills until nobody is left, however fast they fork. A large process takes the kernel a while, so this gives up only
     * after twenty seconds.
     */
    public boolean kill() {
        long deadline = System.nanoTime() + KILL_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            List<ProcessHandle> members = members();
            if (members.isEmpty()) {
                return true;
            }
            members.forEach(ProcessHandle::destroyForcibly);
            pause();
        }
        return members().isEmpty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
