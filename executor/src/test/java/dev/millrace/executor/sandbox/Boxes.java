package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.platform.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sandboxes of this machine for tests, and processes in them. */
public final class Boxes {
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    public static final String TASK = "j0123456789abcdef0123.1";
    public static final TaskLimits LIMITS = new TaskLimits(256L << 20, 1, 0, 100);

    private Boxes() {}

    /** Of a level, with settings as {@code key=value}; without control groups unless they are asked for. */
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

    /** Starts a task with nothing but a PATH and its marks in its environment. */
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
                sandbox.view(workspace, Place.ANYWHERE).home().toString(),
                "MILLRACE_OUT",
                sandbox.view(workspace, Place.ANYWHERE).out().toString(),
                "MILLRACE_TASK",
                TASK,
                "MILLRACE_ATTEMPT",
                Integer.toString(attempt),
                "PYTHONFAULTHANDLER",
                "1");
        return sandbox.launch(command, workspace, Place.ANYWHERE, environment, network, limits);
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
