package dev.millrace.executor.process;

import dev.millrace.executor.files.AttemptFiles;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of its own that outlives its executor just long enough to clean up what the executor left. If the pipe from the executor is
 * silent for longer than the given time (because the executor hangs or is stopped), the watchdog kills every registered task. If the pipe
 * closes (because the executor died for whatever reason), it also removes the directories and control groups of the tasks. It reads these
 * lines: {@code add} and a {@link WatchedTask}, which it answers with {@code ok}; {@code note}, the same without an answer; {@code ended
 * DIRECTORY} when no process of a task is left; {@code remove DIRECTORY} when no file of it is left either; {@code alive} as a sign of
 * life. The watchdog first writes {@code ready} when it holds its lock. It keeps the lock until everything is cleaned up. A new incarnation
 * of the executor on the same directory and control groups waits for that.
 */
public final class WatchdogMain {
    /** The standard input. Unlike System.in, it has no lock that a blocked reader would hold. */
    private static final FileInputStream PIPE = new FileInputStream(FileDescriptor.in);

    private static final int CLEAN_TRIES = 10;

    private final Map<String, WatchedTask> tasks = new ConcurrentHashMap<>();
    private volatile long lastHeardNanos = System.nanoTime();

    /** Whether any line was read. If not, no task was ever started, and processes in the groups may belong to another incarnation. */
    private boolean heard;

    private final List<Path> groups;

    private WatchdogMain(List<Path> groups) {
        this.groups = groups;
    }

    /** @param args longest silence in milliseconds, the file to lock or nothing, and the executor's control groups */
    public static void main(String[] args) throws IOException {
        ProcessLock lock = args[1].isEmpty() ? null : ProcessLock.hold(Path.of(args[1]), 0, "another watchdog");
        List<Path> groups = Stream.of(args).skip(2).map(Path::of).toList();
        try {
            rehearse();
        } catch (IOException e) {
            // The watchdog is needed even if this fails, for example because the disk is full.
            System.err.println(e);
        }
        System.out.println("ready");
        System.out.flush();
        new WatchdogMain(groups).run(Long.parseLong(args[0]));
        if (lock != null) {
            lock.close();
        }
    }

    /**
     * Loads all classes that cleaning up needs by cleaning up an example. This happens at the start, because the class path may be replaced
     * before the real cleaning.
     */
    private static void rehearse() throws IOException {
        Path scratch = Files.createTempDirectory("watchdog");
        Path group = Files.createDirectories(scratch.resolve("groups/group"));
        Path attempt = Files.createDirectory(scratch.resolve("attempt"));
        Files.createFile(attempt.resolve("file"));
        Path other = Files.createDirectory(scratch.resolve("other"));
        var rehearsal = new WatchdogMain(List.of(scratch.resolve("groups")));
        // No process has this id, or this name in its mark.
        String name = scratch.getFileName().toString();
        rehearsal.take(new WatchedTask(Long.MAX_VALUE, name, 1, attempt, List.of(group)).toLine());
        rehearsal.take(new WatchedTask(Long.MAX_VALUE, name, 2, other, List.of()).toLine());
        rehearsal.clean();
        AttemptFiles.deleteTree(scratch);
    }

    private void run(long silenceMs) throws IOException {
        var silence = new Thread(() -> watchSilence(silenceMs), "silence");
        silence.setDaemon(true);
        silence.start();
        try (var in = new BufferedReader(new InputStreamReader(PIPE, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lastHeardNanos = System.nanoTime();
                heard = true;
                obey(line.split(" ", 2));
            }
        } finally {
            if (heard) {
                clean();
            }
        }
    }

    /** Cleans up. Repeats this if something is left, because a process may have entered a group while it was being emptied. */
    private void clean() {
        for (int i = 0; i == 0 || (i < CLEAN_TRIES && isSomethingLeft()); i++) {
            killAll();
            tasks.values().forEach(task -> remove(task.directory(), task.groups()));
            remove(null, groups);
        }
    }

    private boolean isSomethingLeft() {
        return groups.stream().anyMatch(Files::exists)
                || tasks.values().stream().anyMatch(task -> Files.exists(task.directory()));
    }

    private void obey(String[] words) {
        switch (words[0]) {
            case "add" -> {
                take(words[1]);
                System.out.println("ok");
                System.out.flush();
            }
            case "note" -> take(words[1]);
            case "ended" -> tasks.computeIfPresent(words[1], (key, task) -> task.ended());
            case "remove" -> tasks.remove(words[1]);
            default -> {
                // "alive" needs no action.
            }
        }
    }

    private void take(String line) {
        WatchedTask task = WatchedTask.parse(line);
        tasks.put(task.key(), task);
    }

    private void watchSilence(long silenceMs) {
        while (true) {
            try {
                Thread.sleep(Math.max(50, silenceMs / 10));
            } catch (InterruptedException e) {
                return;
            }
            if ((System.nanoTime() - lastHeardNanos) / 1_000_000 > silenceMs && nothingToRead()) {
                killAll();
            }
        }
    }

    /**
     * Returns whether the pipe is empty. Bytes that were written but not read yet are a sign of life too, because this process itself may
     * have been delayed.
     */
    private static boolean nothingToRead() {
        try {
            return PIPE.available() == 0;
        } catch (IOException e) {
            return true;
        }
    }

    private void killAll() {
        tasks.values().stream().filter(WatchedTask::isRunning).forEach(task -> task.tree()
                .kill());
        if (!groups.isEmpty()) {
            killBelow(groups.get(0));
        }
    }

    /** Kills all processes in the groups below, whether or not their tasks were registered. */
    private static void killBelow(Path group) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(group, Files::isDirectory)) {
            children.forEach(child -> new ProcessTree(new CgroupMembers(child)).kill());
        } catch (IOException | DirectoryIteratorException e) {
            System.err.println(e);
        }
    }

    private static void remove(@Nullable Path directory, List<Path> groups) {
        try {
            if (directory != null) {
                AttemptFiles.deleteTree(directory);
            }
            CgroupMembers.removeEmptied(groups);
        } catch (IOException e) {
            // The next incarnation of the executor tries again. An error here would reach nobody.
            System.err.println(e);
        }
    }
}
