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
 * A process of its own that outlives its executor just long enough to clean up what the executor left. When the pipe from the
 * executor stays silent for longer than given (it hangs or is stopped), every registered task is killed; when the pipe closes
 * (it died, however), their directories and control groups are removed as well. Lines read: {@code add} and a
 * {@link WatchedTask}, answered with {@code ok}; {@code note}, the same without an answer; {@code ended DIRECTORY} when no process of it is left; {@code remove DIRECTORY} when no file is;
 * {@code alive}. It says {@code ready} first of all, when it has its lock, which it keeps until everything is cleaned up; an executor
 * that begins a new life on the same directory and control groups waits for that.
 */
public final class WatchdogMain {
    /** Unlike System.in it has no lock that a blocked reader would hold. */
    private static final FileInputStream PIPE = new FileInputStream(FileDescriptor.in);

    private static final int CLEAN_TRIES = 10;

    private final Map<String, WatchedTask> tasks = new ConcurrentHashMap<>();
    private volatile long lastHeardNanos = System.nanoTime();

    /** Else no task was ever started, and what is in the groups may be another life's. */
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
            // A full disk, say, is no reason to watch over nobody.
            System.err.println(e);
        }
        System.out.println("ready");
        System.out.flush();
        new WatchdogMain(groups).run(Long.parseLong(args[0]));
        if (lock != null) {
            lock.close();
        }
    }

    /** Loads what cleaning up takes, while the class path is what it was: it may be replaced before the day comes. */
    private static void rehearse() throws IOException {
        Path scratch = Files.createTempDirectory("watchdog");
        Path group = Files.createDirectories(scratch.resolve("groups/group"));
        Path attempt = Files.createDirectory(scratch.resolve("attempt"));
        Files.createFile(attempt.resolve("file"));
        Path other = Files.createDirectory(scratch.resolve("other"));
        var rehearsal = new WatchdogMain(List.of(scratch.resolve("groups")));
        // No process has this id or that name.
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

    /** Again if somebody was on its way into a group while that was emptied. */
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
                // "alive" says nothing but that.
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

    /** Bytes written but not read yet are a sign of life too: it may be this process that was held up. */
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

    /** Whoever is in a group, whether it was told of or not. */
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
            // The next life of the executor tries again; here nobody would hear of it.
            System.err.println(e);
        }
    }
}
