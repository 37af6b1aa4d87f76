package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final int MAX_MASKS = 200;

    /** Looking for secrets among more files than this would hold up every start. */
    private static final int MAX_LOOKS = 200_000;

    /** What a package manager keeps, and the kernel's own files, are everybody's. */
    private static final List<Path> PUBLIC = Stream.of(
                    "/usr/lib",
                    "/usr/lib32",
                    "/usr/lib64",
                    "/usr/libx32",
                    "/usr/bin",
                    "/usr/sbin",
                    "/usr/share",
                    "/usr/include",
                    "/usr/libexec",
                    "/usr/src",
                    "/lib",
                    "/lib32",
                    "/lib64",
                    "/libx32",
                    "/bin",
                    "/sbin",
                    "/sys")
            .map(Path::of)
            .toList();

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

    /** Who tasks are, inside as outside. */
    record Identity(long uid, long gid, Path home) {}

    /** Something out of sight. */
    private record Mask(Path path, List<String> options) {}

    /**
     * Looks at what is there once; what an administrator changes later is seen after a restart.
     *
     * @param searchPath of tasks, whose directories they may read wherever they are
     * @param hidden directories of the platform, out of sight even below a path that is shown
     * @throws ConfigException when there is too much below what is shown to look for secrets in it
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
        hide(hidden);
    }

    private Bubblewrap(Bubblewrap closed) {
        this.program = closed.program;
        this.nested = true;
        this.tmpBytes = closed.tmpBytes;
        this.paths = closed.paths;
        this.identity = closed.identity;
        this.view = closed.view;
        this.root.addAll(closed.root);
        this.masks.addAll(closed.masks);
    }

    /** The same, but tasks may make user namespaces of their own, where the kernel cannot be told otherwise. */
    Bubblewrap nesting() {
        return new Bubblewrap(this);
    }

    private static List<Path> shown(SandboxSettings settings, String searchPath) {
        var shown = new ArrayList<Path>();
        Stream<Path> tools = Stream.of(searchPath.split(":"))
                .filter(it -> it.startsWith("/"))
                .map(it -> Path.of(it).normalize());
        Stream.concat(settings.paths().stream(), tools)
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
            throw new UncheckedIOException("cannot look at " + path, e);
        }
    }

    private void hide(List<Path> hidden) {
        for (Path directory : hidden) {
            if (Files.isDirectory(directory)) {
                // A bind mount shows what a link leads to.
                Path real = real(directory);
                Stream.of(directory, real)
                        .distinct()
                        .filter(it -> paths.stream().anyMatch(it::startsWith))
                        .forEach(this::hideDirectory);
            }
        }
        var looked = new AtomicInteger();
        for (Path path : paths) {
            if (!Files.isSymbolicLink(path)) {
                secretsBelow(path, looked);
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }

    private void hideDirectory(Path directory) {
        masks.add(new Mask(directory, List.of("--perms", "0000", "--size", "4096", "--tmpfs", directory.toString())));
    }

    /** What the executor may read and the rest of the world may not: shadow passwords, keys, its own configuration. */
    private void secretsBelow(Path top, AtomicInteger looked) {
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    if (PUBLIC.contains(directory)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    if (directory.equals(top) || worldMay(directory, PosixFilePermission.OTHERS_EXECUTE)) {
                        return FileVisitResult.CONTINUE;
                    }
                    hideDirectory(directory);
                    return FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()
                            && !worldMay(file, PosixFilePermission.OTHERS_READ)
                            && Files.isReadable(file)) {
                        masks.add(new Mask(file, List.of("--ro-bind", "/dev/null", file.toString())));
                    }
                    return masks.size() < MAX_MASKS && looked.incrementAndGet() < MAX_LOOKS
                            ? FileVisitResult.CONTINUE
                            : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + top, e);
        }
        if (masks.size() >= MAX_MASKS || looked.get() >= MAX_LOOKS) {
            throw new ConfigException("there are more than "
                    + (masks.size() >= MAX_MASKS
                            ? MAX_MASKS + " files that are not for everybody"
                            : MAX_LOOKS + " files")
                    + " below what tasks see, at last below " + top
                    + "; name what tasks need of it in executor.sandboxPaths instead");
        }
    }

    private static boolean worldMay(Path path, PosixFilePermission permission) throws IOException {
        try {
            return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
                    .contains(permission);
        } catch (NoSuchFileException e) {
            // Gone while it was looked at.
            return true;
        }
    }

    TaskPaths view(Place place) {
        return new TaskPaths(work(place), view.home(), view.tmp(), view.out());
    }

    private static Path work(Place place) {
        Path mountAt = place.mountAt();
        return mountAt == null ? WORK : mountAt;
    }

    List<Path> paths() {
        return paths;
    }

    /**
     * The command line; whoever starts it gives it a descriptor {@value #REPORT_FD} to report to, and the
     * {@link #environment} to read from {@value #ENVIRONMENT_FD}.
     */
    List<String> command(List<String> task, Workspace workspace, Place place, boolean network, boolean mapped) {
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
                List.of("--bind", workspace.root().toString(), work(place).toString()));
        command.addAll(List.of("--bind", workspace.out().toString(), OUT.toString()));
        if (network) {
            command.addAll(resolver());
        }
        command.addAll(List.of(
                "--remount-ro",
                "/",
                "--chdir",
                work(place).resolve(place.directory()).toString(),
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
