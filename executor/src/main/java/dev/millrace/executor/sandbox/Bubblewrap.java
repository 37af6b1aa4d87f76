package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The box a task is put in: namespaces of its own, of the machine only the directories named, read-only, and of those nothing
 * that not every user of the machine may read. Immutable.
 */
final class Bubblewrap {
    /** Where the directories of an attempt are, whatever they are called outside. */
    private static final Path BASE = Path.of("/millrace");

    private static final Path WORK = BASE.resolve("work");
    private static final Path OUT = BASE.resolve("out");
    private static final Path TMP = Path.of("/tmp");
    private static final int MAX_MASKS = 200;

    private final String program;
    private final long tmpBytes;
    private final List<Path> paths;
    private final List<String> root = new ArrayList<>();
    private final TaskPaths view;
    private final Identity identity;

    /** Who tasks are, inside as outside. */
    record Identity(long uid, long gid, Path home) {}

    /**
     * Looks at what is there once; what an administrator changes later is seen after a restart.
     *
     * @param searchPath of tasks, whose directories they may read wherever they are
     * @param hidden directories of the platform, out of sight even below a path that is shown
     */
    Bubblewrap(Path program, SandboxSettings settings, String searchPath, List<Path> hidden, Identity identity) {
        this.program = program.toString();
        this.tmpBytes = settings.tmpBytes();
        this.paths = shown(settings, searchPath);
        this.identity = identity;
        Path home = isUsual(identity.home()) ? identity.home() : BASE.resolve("home");
        this.view = new TaskPaths(WORK, home, TMP, OUT);
        for (Path path : paths) {
            show(path);
        }
        masks(hidden).forEach(root::addAll);
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

    private List<List<String>> masks(List<Path> hidden) {
        var masks = new ArrayList<List<String>>();
        for (Path directory : hidden) {
            if (paths.stream().anyMatch(directory::startsWith) && Files.isDirectory(directory)) {
                masks.add(List.of("--perms", "0000", "--size", "4096", "--tmpfs", directory.toString()));
            }
        }
        Path etc = Path.of("/etc");
        if (paths.contains(etc)) {
            secretsBelow(etc, masks);
        }
        return masks;
    }

    /** What the executor may read and the rest of the world may not: shadow passwords, keys, its own configuration. */
    private static void secretsBelow(Path top, List<List<String>> masks) {
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    if (worldMay(directory, PosixFilePermission.OTHERS_EXECUTE)) {
                        return FileVisitResult.CONTINUE;
                    }
                    masks.add(List.of("--perms", "0000", "--size", "4096", "--tmpfs", directory.toString()));
                    return FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()
                            && !worldMay(file, PosixFilePermission.OTHERS_READ)
                            && Files.isReadable(file)) {
                        masks.add(List.of("--ro-bind", "/dev/null", file.toString()));
                    }
                    return masks.size() < MAX_MASKS ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + top, e);
        }
        if (masks.size() >= MAX_MASKS) {
            throw new ConfigException("more than " + MAX_MASKS + " files below " + top
                    + " are not for everybody; name what tasks need of it in executor.sandboxPaths instead");
        }
    }

    private static boolean worldMay(Path path, PosixFilePermission permission) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        return permissions.contains(permission);
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

    /** The command line; whoever starts it gives it a descriptor 3 to report to. */
    List<String> command(
            List<String> task,
            Workspace workspace,
            Place place,
            Map<String, String> environment,
            boolean network,
            boolean mapped) {
        var command = new ArrayList<>(List.of(
                program,
                "--unshare-user",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
                "--die-with-parent",
                "--json-status-fd",
                "3",
                "--hostname",
                "millrace"));
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
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
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
                "--clearenv"));
        environment.forEach((name, value) -> command.addAll(List.of("--setenv", name, value)));
        command.add("--");
        command.addAll(task);
        return command;
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
