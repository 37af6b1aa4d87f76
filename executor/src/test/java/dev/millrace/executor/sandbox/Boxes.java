package dev.millrace.executor.sandbox;

import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.platform.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Creates sandboxes on this machine for tests, and starts processes in them. */
public final class Boxes {
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    public static final String TASK = "j0123456789abcdef0123.1";
    public static final TaskLimits LIMITS = new TaskLimits(256L << 20, 1, 0, 100);

    /**
     * A Python program that prints its process id and then ends its first thread, while a second thread continues. It contains no single
     * quotes, so a shell command can quote it.
     */
    public static final String HEADLESS =
            """
            import ctypes, os, threading, time
            threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
            print(os.getpid(), flush=True)
            ctypes.CDLL(None).pthread_exit(None)
            """;

    private Boxes() {}

    /** Waits until the first thread of {@link #HEADLESS} has ended, and returns the id of the process. */
    public static long headless(TaskProcess process) throws IOException {
        var said = new StringBuilder();
        for (int c = process.stdout().read();
                c != '\n' && c >= 0;
                c = process.stdout().read()) {
            said.append((char) c);
        }
        long pid = Long.parseLong(said.toString());
        await("its first thread has ended").atMost(Duration.ofSeconds(20)).until(() -> Files.readString(
                        Path.of("/proc", said.toString(), "stat"))
                .contains(") Z "));
        return pid;
    }

    /** Returns how many threads a process still has. A thread that has ended but remains as a zombie is counted. */
    public static long threads(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return threads.count();
        } catch (NoSuchFileException | UncheckedIOException e) {
            return 0;
        }
    }

    /**
     * Returns a sandbox of this level with further settings, each as {@code key=value}. Control groups are off unless a setting turns them
     * on.
     */
    public static Sandbox find(Path directory, String level, String... settings) throws IOException {
        var all = new HashMap<>(Map.of("executor.sandbox", level, "executor.limits", "off"));
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        return new SandboxProbe(SandboxSettings.from(Settings.of(all)), directory, PATH).find("test", 2);
    }

    public static Workspace workspace(Path base) throws IOException {
        for (String name : List.of("root", "home", "tmp", "out", "logs")) {
            Files.createDirectories(base.resolve(name));
        }
        return new Workspace(
                base.resolve("root"),
                base.resolve("home"),
                base.resolve("tmp"),
                base.resolve("out"),
                base.resolve("logs"),
                null);
    }

    /** Starts a task with the minimal environment that {@link #launch} sets. */
    public static TaskProcess start(
            Sandbox sandbox, Workspace workspace, Watchdog watchdog, int attempt, List<String> command)
            throws IOException {
        return start(sandbox, workspace, watchdog, attempt, command, LIMITS);
    }

    static TaskProcess start(
            Sandbox sandbox,
            Workspace workspace,
            Watchdog watchdog,
            int attempt,
            List<String> command,
            TaskLimits limits)
            throws IOException {
        return start(launch(sandbox, workspace, attempt, command, false, limits), workspace, watchdog, attempt);
    }

    public static Launch launch(
            Sandbox sandbox, Workspace workspace, int attempt, List<String> command, boolean network, TaskLimits limits)
            throws IOException {
        var environment = Map.of(
                "PATH",
                PATH,
                "HOME",
                sandbox.view(workspace, TaskLocation.ANYWHERE).home().toString(),
                "MILLRACE_OUT",
                sandbox.view(workspace, TaskLocation.ANYWHERE).out().toString(),
                "MILLRACE_TASK",
                TASK,
                "MILLRACE_ATTEMPT",
                Integer.toString(attempt),
                "PYTHONFAULTHANDLER",
                "1");
        return sandbox.launch(command, workspace, TaskLocation.ANYWHERE, environment, network, limits);
    }

    static TaskProcess start(Launch launch, Workspace workspace, Watchdog watchdog, int attempt) throws IOException {
        return TaskProcess.start(
                launch,
                pid -> new WatchedTask(
                        pid,
                        TASK,
                        attempt,
                        workspace.logs().resolveSibling("").normalize(),
                        launch.group() == null ? List.of() : launch.group().directories()),
                watchdog);
    }
}
