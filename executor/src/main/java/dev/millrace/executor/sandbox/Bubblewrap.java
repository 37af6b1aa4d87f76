package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The box a task is put in: namespaces of its own, of the machine only the directories named, read-only, and of those nothing
 * that not every user of the machine may read. A task has no capability by which it could change any of that; one that runs as
 * root keeps those over files, or it would not find them as root does. Immutable.
 */
final class Bubblewrap {
    /** Where the directories of an attempt are, whatever they are called outside. */
    private static final Path BASE = Path.of("/millrace");

    private static final Path WORK = BASE.resolve("work");
    private static final Path OUT = BASE.resolve("out");
    private static final Path TMP = Path.of("/tmp");
    static final int REPORT_FD = 3;
    static final int ENVIRONMENT_FD = 4;
    /** By these root sets up the machine, and the kernel asks who it is and not for a capability. */
    private static final List<Path> KERNEL = Stream.of("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")
            .map(Path.of("/proc")::resolve)
            .filter(Files::exists)
            .toList();

    private static final List<String> FILE_CAPABILITIES = List.of("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER");
    private static final int ROOT = 0;

    private final String program;
    private final long tmpBytes;
    private final List<Path> paths;
    private final List<String> root = new ArrayList<>();
    private final List<Mask> masks = new ArrayList<>();
    private final TaskPaths view;
    private final Identity identity;
    private final boolean nested;
    private final List<Path> hiddenWhole;

    /** Who tasks are, inside as outside. */
    record Identity(long uid, long gid, Path home) {}

    /** Something out of sight. */
    private record Mask(Path path, List<String> options) {}

    /**
     * Looks at what is there once; what an administrator changes later is seen after a restart.
     *
     * @param searchPath of tasks, whose directories they may read wherever they are
     * @param hidden directories of the platform, out of sight even below a path that is shown
     * @throws ConfigException when what is private below what is shown cannot be hidden
     */
    Bubblewrap(Path program, SandboxSettings settings, String searchPath, List<Path> hidden, Identity identity) {
        this.program = program.toString();
        this.nested = false;
        this.tmpBytes = settings.tmpBytes();
        this.paths = shown(settings, searchPath);
        this.identity = identity;
        Path home = isUsual(identity.home()) ? identity.home() : BASE.resolve("home");
        this.view = new TaskPaths(WORK, home, TMP, OUT);
        for (Path path : paths) {
            show(path);
        }
        PrivatePaths.Found secrets = PrivatePaths.below(
                paths.stream().filter(it -> !Files.isSymbolicLink(it)).toList(), needed(searchPath));
        this.hiddenWhole = secrets.whole();
        hide(hidden, secrets);
    }

    private Bubblewrap(Bubblewrap closed, boolean nested, List<Mask> masks) {
        this.program = closed.program;
        this.nested = nested;
        this.hiddenWhole = closed.hiddenWhole;
        this.tmpBytes = closed.tmpBytes;
        this.paths = closed.paths;
        this.identity = closed.identity;
        this.view = closed.view;
        this.root.addAll(closed.root);
        this.masks.addAll(masks);
    }

    /** The same, but tasks may make user namespaces of their own: for kernels that cannot forbid it. */
    Bubblewrap nesting() {
        return new Bubblewrap(this, true, masks);
    }

    /** The same with nothing hidden, to tell what the machine cannot do from what these paths make impossible. */
    Bubblewrap hidingNothing() {
        return new Bubblewrap(this, nested, List.of());
    }

    private static List<Path> shown(SandboxSettings settings, String searchPath) {
        var shown = new ArrayList<Path>();
        Stream.concat(settings.paths().stream(), tools(searchPath))
                .filter(it -> Files.exists(it, LinkOption.NOFOLLOW_LINKS) && it.getNameCount() > 0)
                .filter(it -> shown.stream().noneMatch(it::startsWith))
                .forEach(shown::add);
        return List.copyOf(shown);
    }

    /** A home directory that is neither the root nor within what is shown. */
    private boolean isUsual(Path home) {
        return home.isAbsolute()
                && home.getNameCount() > 0
                && paths.stream().noneMatch(home::startsWith)
                && !home.startsWith("/nonexistent")
                && !home.startsWith("/dev")
                && !home.startsWith("/proc");
    }

    private void show(Path path) {
        try {
            if (Files.isSymbolicLink(path)) {
                root.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), path.toString()));
            } else {
                root.addAll(List.of("--ro-bind", path.toString(), path.toString()));
            }
        } catch (IOException e) {
            throw new ConfigException(
                    "cannot look at " + path + ", which tasks are to see (executor.sandboxPaths): " + e);
        }
    }

    private void hide(List<Path> hidden, PrivatePaths.Found secrets) {
        for (Path directory : hidden) {
            // A bind mount shows what a link leads to.
            Stream.of(directory, real(directory))
                    .distinct()
                    .filter(it -> Files.isDirectory(it) && paths.stream().anyMatch(it::startsWith))
                    .forEach(this::hideDirectory);
        }
        for (Path path : secrets.paths()) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                hideDirectory(path);
            } else {
                masks.add(new Mask(path, List.of("--ro-bind", "/dev/null", path.toString())));
            }
        }
    }

    private void hideDirectory(Path directory) {
        masks.add(new Mask(directory, List.of("--perms", "0000", "--size", "4096", "--tmpfs", directory.toString())));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // Not there, or out of reach for tasks too.
            return path;
        }
    }

    /** A directory without which no program would start in the box, or none of the tools be found. */
    private static Predicate<Path> needed(String searchPath) {
        List<Path> tools = Stream.concat(tools(searchPath), Stream.of(Path.of("/etc"), Path.of("/usr")))
                .flatMap(it -> Stream.of(it, real(it)))
                .toList();
        return directory -> tools.stream().anyMatch(it -> it.startsWith(directory));
    }

    private static Stream<Path> tools(String searchPath) {
        return Stream.of(searchPath.split(":")).filter(it -> it.startsWith("/")).map(it -> Path.of(it)
                .normalize());
    }

    /** Directories that tasks do not see although they are below what is shown, since too much in them is private. */
    List<Path> hiddenWhole() {
        return hiddenWhole;
    }

    TaskPaths view(TaskLocation location) {
        return new TaskPaths(work(location), view.home(), view.tmp(), view.out());
    }

    private static Path work(TaskLocation location) {
        Path mountAt = location.mountAt();
        return mountAt == null ? WORK : mountAt;
    }

    List<Path> paths() {
        return paths;
    }

    /**
     * The command line; whoever starts it gives it a descriptor {@value #REPORT_FD} to report to, and the
     * {@link #environment} to read from {@value #ENVIRONMENT_FD}.
     */
    List<String> command(
            List<String> task, Workspace workspace, TaskLocation location, boolean network, boolean mapped) {
        var command = new ArrayList<>(List.of(
                program,
                "--unshare-user",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--cap-drop",
                "ALL",
                "--die-with-parent",
                "--json-status-fd",
                Integer.toString(REPORT_FD),
                "--hostname",
                "millrace"));
        if (!nested) {
            command.add("--disable-userns");
        }
        if (identity.uid() == ROOT) {
            FILE_CAPABILITIES.forEach(it -> command.addAll(List.of("--cap-add", it)));
        }
        if (!network) {
            command.add("--unshare-net");
        }
        if (mapped) {
            command.addAll(List.of("--uid", Long.toString(identity.uid()), "--gid", Long.toString(identity.gid())));
        }
        memory(command, TMP);
        memory(command, view.home());
        // After what they may be below of.
        command.addAll(root);
        for (Mask mask : masks) {
            // A file may be gone by now, and a place for the mask could not be made on what is read-only.
            if (Files.exists(mask.path(), LinkOption.NOFOLLOW_LINKS)) {
                command.addAll(mask.options());
            }
        }
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        KERNEL.forEach(it -> command.addAll(List.of("--ro-bind", it.toString(), it.toString())));
        memory(command, Path.of("/dev/shm"));
        command.addAll(List.of("--remount-ro", "/dev", "--symlink", TMP.toString(), "/var/tmp", "--dir", "/run"));
        command.addAll(
                List.of("--bind", workspace.root().toString(), work(location).toString()));
        command.addAll(List.of("--bind", workspace.out().toString(), OUT.toString()));
        if (network) {
            command.addAll(resolver());
        }
        command.addAll(List.of(
                "--remount-ro",
                "/",
                "--chdir",
                work(location).resolve(location.directory()).toString(),
                "--clearenv",
                "--args",
                Integer.toString(ENVIRONMENT_FD),
                "--"));
        command.addAll(task);
        return command;
    }

    /** A task's environment may hold what others on this machine must not read, as they can read a command line. */
    static byte[] environment(Map<String, String> environment) {
        var options = new StringBuilder();
        environment.forEach((name, value) -> options.append("--setenv\0")
                .append(name)
                .append('\0')
                .append(value)
                .append('\0'));
        return options.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void memory(List<String> command, Path at) {
        command.addAll(List.of("--perms", at.equals(TMP) || at.startsWith("/dev") ? "1777" : "0700"));
        command.addAll(List.of("--size", Long.toString(tmpBytes), "--tmpfs", at.toString()));
    }

    /** The list of name servers is often a link to where nothing else is shown. */
    private List<String> resolver() {
        Path names = Path.of("/etc/resolv.conf");
        try {
            Path real = names.toRealPath();
            boolean shown = paths.stream().anyMatch(real::startsWith);
            return shown ? List.of() : List.of("--ro-bind", real.toString(), real.toString());
        } catch (IOException e) {
            return List.of();
        }
    }
}
