package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How tasks are isolated, as the settings describe it. */
public record SandboxSettings(
        Level level,
        Network network,
        Limits limits,
        String cgroup,
        List<Path> paths,
        List<Path> hiddenPaths,
        long tmpBytes,
        int slotCpuMillis,
        int maxPids,
        int maxOpenFiles,
        long maxDiskBytes,
        int maxDiskFiles) {
    /** The levels of isolation that the settings may ask for. */
    public enum Level {
        AUTO,
        PROCESS,
        NAMESPACES
    }

    /** The network of a task that asks for one. */
    public enum Network {
        AUTO,
        ISOLATED,
        SHARED
    }

    /** Whether control groups are to be used. */
    public enum Limits {
        AUTO,
        REQUIRED,
        OFF
    }

    /** The kernel accepts no smaller limit. */
    private static final int MIN_CPU_MILLIS = 10;

    public static final SettingsSection SECTION = new SettingsSection("executor", "Executor: what keeps tasks apart");

    private static final String PATHS = "absolute directories below /, separated by ':'";

    private static final Setting<Level> LEVEL = SECTION.choice(
            "sandbox",
            Level.values(),
            "How tasks are isolated. `auto` is `namespaces` if the machine supports them, else `process`. A level that does not"
                    + " work is rejected. The level in use is shown at the start, in `status` and in `executors`.");
    private static final Setting<Network> NETWORK = SECTION.choice(
            "network",
            Network.values(),
            "The network of tasks with `network: true`. `isolated` cannot reach the machine's loopback addresses, where the"
                    + " platform's servers listen; `shared` is the machine's own network. `auto` is `isolated` if the machine"
                    + " supports it, else `shared` (ADR 0030).");
    private static final Setting<Limits> LIMITS = SECTION.choice(
            "limits", Limits.values(), "Whether control groups limit tasks: where there are any, always, or never.");
    private static final Setting<String> CGROUP = SECTION.text(
            "cgroup",
            "",
            "a path within the hierarchy, such as millrace/tasks",
            "Parent of the executor's control groups; without it the executor finds one.");
    private static final Setting<String> SANDBOX_PATHS = SECTION.text(
            "sandboxPaths",
            "/usr:/bin:/sbin:/lib:/lib32:/lib64:/libx32:/etc:/opt:/sys",
            PATHS,
            "Directories of the machine that tasks may read, in addition to those of `path`. Files there that not every user may"
                    + " read are hidden; a directory with too many of them is hidden as a whole. If hiding is impossible, the"
                    + " executor does not start.");
    private static final Setting<String> HIDDEN_PATHS = SECTION.text(
            "hiddenPaths",
            "",
            PATHS,
            "Directories that no task sees, even below `sandboxPaths`. The executor's own is hidden in any case, and the whole"
                    + " data directory of an embedded stack.");
    private static final Setting<Long> TMP_BYTES = SECTION.bytes(
            "tmpBytes",
            1L << 30,
            1L << 20,
            1L << 40,
            "Size of each private file system in memory: /tmp, /dev/shm and the home directory.");
    private static final Setting<Integer> SLOT_CPU_MILLIS = SECTION.integer(
            "slotCpuMillis",
            0,
            0,
            1_000_000,
            "Thousandths of a processor that a task may use for each of its slots, so that its run time does not depend on other"
                    + " tasks. The executor does not start if control groups cannot enforce this. 0: no limit; a task uses what"
                    + " other tasks leave.");
    private static final Setting<Integer> MAX_TASK_PIDS =
            SECTION.integer("maxTaskPids", 4_096, 8, 4_000_000, "Processes and threads of one task.");
    private static final Setting<Integer> MAX_TASK_OPEN_FILES = SECTION.integer(
            "maxTaskOpenFiles",
            4_096,
            64,
            1_000_000,
            "Descriptors of one process of a task, or fewer if the executor itself may not have that many.");
    private static final Setting<Long> MAX_TASK_DISK_BYTES = SECTION.bytes(
            "maxTaskDiskBytes", 10L << 30, 1L << 20, 1L << 50, "What one task may write to its directories.");
    private static final Setting<Integer> MAX_TASK_DISK_FILES =
            SECTION.integer("maxTaskDiskFiles", 500_000, 100, 100_000_000, "The same in files and directories.");

    public SandboxSettings {
        paths = List.copyOf(paths);
        hiddenPaths = List.copyOf(hiddenPaths);
        if (slotCpuMillis > 0 && slotCpuMillis < MIN_CPU_MILLIS) {
            throw new ConfigException("bad value '" + slotCpuMillis + "' for 'executor.slotCpuMillis'; accepted: 0 or "
                    + MIN_CPU_MILLIS + " and more");
        }
        if (slotCpuMillis > 0 && limits == Limits.OFF) {
            throw new ConfigException("bad value '" + slotCpuMillis
                    + "' for 'executor.slotCpuMillis'; accepted: 0, since 'executor.limits' is 'off'");
        }
    }

    /** Returns the settings that affect tasks in the same way on every machine, written as in a configuration. */
    public Map<String, String> ofTasks() {
        return Map.of(
                SANDBOX_PATHS.key(), paths.stream().map(Path::toString).collect(Collectors.joining(":")),
                TMP_BYTES.key(), TMP_BYTES.write(tmpBytes),
                SLOT_CPU_MILLIS.key(), SLOT_CPU_MILLIS.write(slotCpuMillis),
                MAX_TASK_PIDS.key(), MAX_TASK_PIDS.write(maxPids),
                MAX_TASK_OPEN_FILES.key(), MAX_TASK_OPEN_FILES.write(maxOpenFiles),
                MAX_TASK_DISK_BYTES.key(), MAX_TASK_DISK_BYTES.write(maxDiskBytes),
                MAX_TASK_DISK_FILES.key(), MAX_TASK_DISK_FILES.write(maxDiskFiles));
    }

    public static SandboxSettings from(Settings settings) {
        return new SandboxSettings(
                LEVEL.from(settings),
                NETWORK.from(settings),
                LIMITS.from(settings),
                cgroup(settings),
                paths(SANDBOX_PATHS, settings),
                paths(HIDDEN_PATHS, settings),
                TMP_BYTES.from(settings),
                SLOT_CPU_MILLIS.from(settings),
                MAX_TASK_PIDS.from(settings),
                MAX_TASK_OPEN_FILES.from(settings),
                MAX_TASK_DISK_BYTES.from(settings),
                MAX_TASK_DISK_FILES.from(settings));
    }

    private static String cgroup(Settings settings) {
        String text = CGROUP.from(settings);
        if ((!text.isEmpty() && !text.matches("/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) || text.contains("..")) {
            throw settings.bad(CGROUP.key(), CGROUP.accepted());
        }
        return text.startsWith("/") ? text.substring(1) : text;
    }

    private static List<Path> paths(Setting<String> setting, Settings settings) {
        List<Path> paths = Stream.of(setting.from(settings).split(":"))
                .filter(it -> !it.isEmpty())
                .map(Path::of)
                .toList();
        for (Path path : paths) {
            if (!path.isAbsolute() || !path.equals(path.normalize()) || path.getNameCount() == 0) {
                throw settings.bad(setting.key(), setting.accepted());
            }
        }
        return paths;
    }
}
