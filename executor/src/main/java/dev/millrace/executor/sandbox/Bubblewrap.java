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
 * The sandbox of a task, made by bubblewrap. The task has its own namespaces. It sees only the configured directories of the machine,
 * read-only, and without the files that not every user of the machine may read. It has no capability that would let it change this. A task
 * that runs as root keeps the capabilities over files, because otherwise it could not use files as root does. Immutable.
 */
final class Bubblewrap {
    /** The parent of the attempt's directories inside the sandbox. Outside they have other paths. */
    private static final Path BASE = Path.of("/millrace");

    private static final Path WORK = BASE.resolve("work");
    private static final Path OUT = BASE.resolve("out");
    private static final Path TMP = Path.of("/tmp");
    static final int REPORT_FD = 3;
    static final int ENVIRONMENT_FD = 4;
    /**
     * Root configures the machine through these files. For access to them the kernel checks the user id and no capability, so they are
     * mounted read-only.
     */
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

    /** The user that tasks run as, the same inside and outside the sandbox. */
    record Identity(long uid, long gid, Path home) {}

    /** A path that is hidden from tasks, and the options of bubblewrap that hide it. */
    private record Mask(Path path, List<String> options) {}

    /**
     * Checks only once which files exist and which of them are private. Changes that an administrator makes later take effect after a
     * restart.
     *
     * @param searchPath the search path of tasks; they may read its directories wherever these are
     * @param hidden directories of the platform, which tasks do not see even below a shown path
     * @throws ConfigException if private files below the shown paths cannot be hidden
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

    /** Returns the same sandbox, except that tasks may make user namespaces of their own. This is for kernels that cannot forbid it. */
    Bubblewrap nesting() {
        return new Bubblewrap(this, true, masks);
    }

    /**
     * Returns the same sandbox with nothing hidden. If only this one works, the machine supports the sandbox and the hidden paths are the
     * problem.
     */
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

    /**
     * Returns whether tasks can have their home at this path: it is not the root, not within a shown path, and not in a special directory.
     */
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
            // A bind mount shows the target of a link, so the target must be hidden too.
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
            // The path does not exist, or tasks cannot reach it either.
            return path;
        }
    }

    /** Matches a directory without which no program would start in the sandbox, or without which the tools would not be found. */
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

    /** Returns the directories below the shown paths that are hidden as a whole, because too much in them is private. */
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
     * Returns the command line. The caller must open descriptor {@value #REPORT_FD} for the report of bubblewrap, and descriptor {@value
     * #ENVIRONMENT_FD} for reading the {@link #environment}.
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
        // Mounted after /tmp and the home directory, because a shown path may be below one of them.
        command.addAll(root);
        for (Mask mask : masks) {
            // The file may have been deleted since, and bubblewrap cannot create a mount point in a read-only
            // directory.
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

    /**
     * Returns the task's environment as options of bubblewrap. They are not part of the command line, because every user of the machine can
     * read command lines and the environment may hold secrets.
     */
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

    /** Returns the options that show the list of name servers, which is often a link to a directory that is not shown. */
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
