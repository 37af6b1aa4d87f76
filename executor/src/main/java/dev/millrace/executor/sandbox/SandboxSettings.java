package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tasks are to be kept apart.
 *
 * @param level at least and at most this; {@code AUTO} for the strongest the machine has
 * @param network whether tasks with a network have it isolated from the machine's: required, where possible, or not
 * @param limits control groups: required, used where there are any, or not used
 * @param cgroup parent of the groups made, within the hierarchy; empty for one found by itself
 * @param paths of the machine that tasks may read in level namespaces
 * @param hiddenPaths directories that no task sees, even below {@code paths}, beside the executor's own
 * @param tmpBytes size of each private memory file system: /tmp, the home directory and /dev/shm
 * @param slotCpuMillis thousandths of a processor that a task may use for each slot it takes, even when there is more; 0 for no
 *     such limit
 * @param maxPids processes and threads of one task
 * @param maxOpenFiles descriptors of one process of a task, sockets and pipes among them
 * @param maxDiskBytes what one task may write to its directories
 * @param maxDiskFiles likewise, in files and directories
 */
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
    /** The levels that may be asked for. */
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

    public static final Set<String> KEYS = Set.of(
            "executor.sandbox",
            "executor.network",
            "executor.limits",
            "executor.cgroup",
            "executor.sandboxPaths",
            "executor.hiddenPaths",
            "executor.tmpBytes",
            "executor.slotCpuMillis",
            "executor.maxTaskPids",
            "executor.maxTaskOpenFiles",
            "executor.maxTaskDiskBytes",
            "executor.maxTaskDiskFiles");

    /** The kernel takes no less. */
    private static final int MIN_CPU_MILLIS = 10;

    static final String DEFAULT_PATHS = "/usr:/bin:/sbin:/lib:/lib32:/lib64:/libx32:/etc:/opt:/sys";

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

    /** Returns the settings that shape tasks wherever they run, as they would be configured. */
    public Map<String, String> ofTasks() {
        return Map.of(
                "executor.sandboxPaths", paths.stream().map(Path::toString).collect(Collectors.joining(":")),
                "executor.tmpBytes", Long.toString(tmpBytes),
                "executor.slotCpuMillis", Integer.toString(slotCpuMillis),
                "executor.maxTaskPids", Integer.toString(maxPids),
                "executor.maxTaskOpenFiles", Integer.toString(maxOpenFiles),
                "executor.maxTaskDiskBytes", Long.toString(maxDiskBytes),
                "executor.maxTaskDiskFiles", Integer.toString(maxDiskFiles));
    }

    public static SandboxSettings from(Settings settings) {
        return new SandboxSettings(
                oneOf(settings, "executor.sandbox", Level.values()),
                oneOf(settings, "executor.network", Network.values()),
                oneOf(settings, "executor.limits", Limits.values()),
                cgroup(settings.text("executor.cgroup", "")),
                paths("executor.sandboxPaths", settings.text("executor.sandboxPaths", DEFAULT_PATHS)),
                paths("executor.hiddenPaths", settings.text("executor.hiddenPaths", "")),
                settings.number("executor.tmpBytes", 1L << 30, 1L << 20, 1L << 40),
                settings.integer("executor.slotCpuMillis", 0, 0, 1_000_000),
                settings.integer("executor.maxTaskPids", 4_096, 8, 4_000_000),
                settings.integer("executor.maxTaskOpenFiles", 4_096, 64, 1_000_000),
                settings.number("executor.maxTaskDiskBytes", 10L << 30, 1L << 20, 1L << 50),
                settings.integer("executor.maxTaskDiskFiles", 500_000, 100, 100_000_000));
    }

    private static <T extends Enum<T>> T oneOf(Settings settings, String key, T[] accepted) {
        List<String> names = Stream.of(accepted)
                .map(it -> it.name().toLowerCase(Locale.ROOT))
                .toList();
        String text = settings.text(key, names.get(0));
        int index = names.indexOf(text);
        if (index < 0) {
            throw new ConfigException(
                    "bad value '" + text + "' for '" + key + "'; accepted: " + String.join(", ", names));
        }
        return accepted[index];
    }

    private static String cgroup(String text) {
        if ((!text.isEmpty() && !text.matches("/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) || text.contains("..")) {
            throw new ConfigException("bad value '" + text
                    + "' for 'executor.cgroup'; accepted: a path within the hierarchy, such as millrace/tasks");
        }
        return text.startsWith("/") ? text.substring(1) : text;
    }

    private static List<Path> paths(String key, String text) {
        List<Path> paths = Stream.of(text.split(":"))
                .filter(it -> !it.isEmpty())
                .map(Path::of)
                .toList();
        for (Path path : paths) {
            if (!path.isAbsolute() || !path.equals(path.normalize()) || path.getNameCount() == 0) {
                throw new ConfigException("bad value '" + path + "' for '" + key
                        + "'; accepted: absolute directories below /, separated by ':'");
            }
        }
        return paths;
    }
}
