package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.spec.InputMapping;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The local files of a job by their paths in the tree. */
public final class LocalInputs {
    /** The directory of the files that Millrace adds itself; they are ignored when the local directory behind a path is looked up. */
    private static final String OURS = ".millrace/";

    private final Map<String, Path> files = new TreeMap<>();

    public static LocalInputs none() {
        return new LocalInputs();
    }

    /** @throws CliException if an input is missing or unreadable, or if two files would have the same path */
    public static LocalInputs collect(Path directory, List<InputMapping> mappings) {
        var inputs = new LocalInputs();
        for (InputMapping mapping : mappings) {
            inputs.add(directory.resolve(mapping.from()).normalize(), mapping);
        }
        return inputs;
    }

    private void add(Path from, InputMapping mapping) {
        if (!Files.exists(from)) {
            throw new CliException(ExitCode.USAGE, "the input '" + mapping.from() + "' does not exist (" + from + ")");
        }
        String to = mapping.to().equals(".") ? "" : mapping.to().replaceAll("/+$", "");
        try (Stream<Path> walk = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                if (Files.isRegularFile(file)) {
                    String relative =
                            from.equals(file) ? "" : from.relativize(file).toString();
                    put(
                            join(
                                    to,
                                    relative.isEmpty() && to.isEmpty() ? String.valueOf(from.getFileName()) : relative),
                            file);
                } else if (!Files.isDirectory(file)) {
                    throw new CliException(ExitCode.USAGE, "the input " + file + " is neither a file nor a directory");
                }
            }
        } catch (UncheckedIOException e) {
            throw unreadable(from, e.getCause());
        } catch (IOException e) {
            throw unreadable(from, e);
        }
    }

    private static CliException unreadable(Path from, @Nullable Throwable cause) {
        String why = cause instanceof FileSystemLoopException loop
                ? "the link " + loop.getFile() + " leads back to a directory it is in"
                : String.valueOf(cause);
        return new CliException(ExitCode.USAGE, "cannot read the input " + from + ": " + why);
    }

    private static String join(String directory, String name) {
        if (directory.isEmpty() || name.isEmpty()) {
            return directory + name;
        }
        return directory + "/" + name;
    }

    /** Adds a file under a path of the tree; it may be the user's or one that Millrace needs itself. */
    public void put(String path, Path file) {
        Tree.pathProblem(path).ifPresent(problem -> {
            throw new CliException(ExitCode.USAGE, "the input path '" + path + "' " + problem);
        });
        Path before = files.putIfAbsent(path, file);
        if (before != null && !before.equals(file)) {
            throw new CliException(
                    ExitCode.USAGE, "the inputs " + before + " and " + file + " have the same path '" + path + "'");
        }
    }

    /** Returns the paths of the files that match a glob, in order. */
    public List<String> matching(String glob) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return files.keySet().stream()
                .filter(path -> matcher.matches(Path.of(path)))
                .toList();
    }

    /** Whether the tree has files below the directory {@code path}. */
    public boolean hasDirectory(String path) {
        String prefix = path.endsWith("/") ? path : path + "/";
        return files.keySet().stream().anyMatch(it -> it.startsWith(prefix));
    }

    /** Returns the local file or directory that belongs to a path of the tree. */
    Path local(String path) {
        Path file = files.get(path);
        if (file != null) {
            return file;
        }
        String prefix = path.isEmpty() ? "" : path + "/";
        var below = files.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .filter(entry -> prefix.startsWith(OURS) || !entry.getKey().startsWith(OURS))
                .findFirst()
                .orElseThrow(() -> new CliException(ExitCode.USAGE, "no input is behind '" + path + "'"));
        int depth = Path.of(below.getKey()).getNameCount()
                - (path.isEmpty() ? 0 : Path.of(path).getNameCount());
        Path directory = below.getValue();
        for (int i = 0; i < depth; i++) {
            Path parent = directory.getParent();
            directory = parent == null ? directory : parent;
        }
        return directory;
    }

    /**
     * Returns the local directory in which the files have the same relative paths as in a directory of the tree.
     *
     * @param who who needs the same relative paths, for the error message
     * @throws CliException if the files do not all come from one local directory with the same relative paths
     */
    Path localDirectory(String path, String who) {
        String normal = path.equals(".") ? "" : path.replaceAll("/+$", "");
        String prefix = normal.isEmpty() ? "" : normal + "/";
        Path directory = local(normal);
        files.forEach((name, file) -> {
            if (name.startsWith(prefix)
                    && !name.startsWith(OURS)
                    && !directory.resolve(name.substring(prefix.length())).equals(file)) {
                throw new CliException(
                        ExitCode.USAGE,
                        who + " needs its inputs to be called as they are here, but '" + name + "' is " + file
                                + "; name them by their place relative to one directory");
            }
        });
        return directory;
    }

    public Map<String, Path> files() {
        return files;
    }

    /**
     * Checks that needed files are inputs. If discovery uses a file that tasks do not have, the tests may not run there as they were found.
     *
     * @param why why the files are needed, for the error message
     * @throws CliException for the first file that is not an input
     */
    void requireAll(Collection<Path> needed, String why) {
        Set<Path> known = new HashSet<>();
        files.values().forEach(file -> known.add(real(file)));
        needed.stream().filter(file -> !known.contains(real(file))).findFirst().ifPresent(file -> {
            throw new CliException(
                    ExitCode.USAGE, "the file " + file + " is not among the 'inputs', but " + why + "; add it");
        });
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }

    /** Returns the tree of these inputs. Hashes the files whose digests are not known, in parallel. */
    public Tree tree(DigestCache digests) {
        List<TreeEntry> entries = files.entrySet().parallelStream()
                .map(file -> entry(file, digests))
                .toList();
        digests.save();
        var tree = new Tree(entries);
        List<String> problems = tree.problems();
        if (!problems.isEmpty()) {
            throw new CliException(ExitCode.USAGE, "the inputs cannot be used: " + String.join("; ", problems));
        }
        return tree;
    }

    private static TreeEntry entry(Map.Entry<String, Path> file, DigestCache digests) {
        Path path = file.getValue();
        try {
            Digest digest = digests.digest(path, LocalInputs::hash);
            return new TreeEntry(file.getKey(), digest, Files.size(path), Files.isExecutable(path));
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read the input " + file.getValue() + ": " + e.getMessage());
        }
    }

    private static Digest hash(Path file) throws IOException {
        var hash = Digest.newHash();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return Digest.of(hash);
    }

    /** Returns a local file for each digest in {@code tree}, which must be the tree of these inputs. */
    public Map<Digest, Path> byDigest(Tree tree) {
        var byDigest = new TreeMap<Digest, Path>();
        for (TreeEntry entry : new ArrayList<>(tree.entries())) {
            Path file = files.get(entry.path());
            if (file != null) {
                byDigest.put(entry.digest(), file);
            }
        }
        return byDigest;
    }
}
