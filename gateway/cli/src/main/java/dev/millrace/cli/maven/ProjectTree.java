package dev.millrace.cli.maven;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.spec.LocalInputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The inputs of a Maven project: its own files under their paths in the project, and files from elsewhere, such as its dependencies, below
 * {@code .millrace}.
 */
final class ProjectTree {
    private static final Set<String> NOT_OURS =
            Set.of(".git", ".hg", ".svn", ".idea", ".gradle", "node_modules", "millrace-out", "millrace-reproduce");
    private static final String REPOSITORY = ".millrace/m2/";
    private static final String ELSEWHERE = ".millrace/lib/";

    private final Path root;
    private final Path localRepository;
    private final Pattern repositoryFile;
    private final Pattern projectFile;
    private final Set<Path> built = new HashSet<>();
    private final LocalInputs inputs = LocalInputs.none();

    ProjectTree(Path root, List<MavenModule> modules) {
        this.root = root;
        this.localRepository = modules.get(0).localRepository();
        this.repositoryFile = below(localRepository);
        this.projectFile = below(root);
        var used = new HashSet<Path>();
        for (MavenModule module : modules) {
            built.add(module.buildDirectory());
            used.addAll(module.classpath());
            module.tests().ifPresent(used::add);
        }
        collect(used);
    }

    private static Pattern below(Path directory) {
        return Pattern.compile(Pattern.quote(directory + "/") + "[^\\s:;,='\"]+");
    }

    private void collect(Set<Path> used) {
        try {
            Files.walkFileTree(
                    root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                            boolean left = NOT_OURS.contains(String.valueOf(directory.getFileName()))
                                    || (built.contains(directory.getParent()) && !isUsed(directory));
                            return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                        }

                        private boolean isUsed(Path directory) {
                            return String.valueOf(directory.getFileName()).startsWith("generated-")
                                    || used.stream().anyMatch(it -> it.startsWith(directory));
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            boolean left = built.contains(file.getParent()) && !used.contains(file);
                            if (attributes.isRegularFile() && !left) {
                                inputs.put(path(file), file);
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                            if (Files.isSymbolicLink(file)) {
                                // The link's target does not exist, or it is a directory that contains the link.
                                return FileVisitResult.CONTINUE;
                            }
                            throw failure;
                        }
                    });
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read the project " + root + ": " + e);
        }
    }

    Path root() {
        return root;
    }

    LocalInputs inputs() {
        return inputs;
    }

    /** Returns the path that a file or directory of the project has in the tree. */
    String path(Path local) {
        if (!local.startsWith(root)) {
            throw new CliException(
                    ExitCode.USAGE, local + " is outside of " + root + "; name the directory that holds all modules");
        }
        return root.relativize(local).toString();
    }

    /** Returns the path of a directory in which tests start; adds the directory to the tree if it is not there yet. */
    String start(Path directory) {
        String path = path(directory);
        if (!path.isEmpty() && !inputs.hasDirectory(path)) {
            // A tree contains only files, so a file is added that makes the directory exist.
            inputs.put(path + "/.millrace", root.resolve("pom.xml"));
        }
        return path;
    }

    /** Returns the paths that the entries of a class path have in the tree; leaves out entries without files. */
    List<String> classpath(List<Path> entries) {
        var paths = new ArrayList<String>();
        for (Path entry : entries) {
            if (entry.startsWith(root)) {
                String path = path(entry);
                if (inputs.hasDirectory(path) || inputs.files().containsKey(path)) {
                    paths.add(path);
                }
            } else if (Files.isRegularFile(entry)) {
                paths.add(brought(entry));
            } else if (Files.isDirectory(entry)) {
                // These are the classes of a module outside of the project; path() throws an error that names the
                // directory.
                paths.add(path(entry));
            }
        }
        return paths;
    }

    /** Adds the files at or below {@code named} if it is inside a build directory; leaves files unchanged that the tree already has. */
    private void bringBuilt(Path named) {
        boolean ofBuild = built.stream().anyMatch(named::startsWith) && !built.contains(named);
        if (!ofBuild || !Files.exists(named)) {
            return;
        }
        try (Stream<Path> files = Files.walk(named, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> !inputs.files().containsKey(path(file)))
                    .forEach(file -> inputs.put(path(file), file));
        } catch (IOException | UncheckedIOException e) {
            throw new CliException(
                    ExitCode.USAGE, "cannot read " + named + ", which a setting of the tests names: " + e);
        }
    }

    /** Adds a file from outside of the project, and returns its path in the tree. */
    private String brought(Path file) {
        String path = file.startsWith(localRepository)
                ? REPOSITORY + localRepository.relativize(file)
                : ELSEWHERE + file.toString().substring(1);
        inputs.put(path, file);
        return path;
    }

    /**
     * Returns {@code text} with the path of each file in the local repository replaced by the path where a task that starts in {@code
     * directory} finds the file. If {@code text} names something inside a build directory, its files become inputs too; otherwise they
     * would be left out.
     */
    String seenFrom(Path directory, String text) {
        projectFile
                .matcher(text)
                .results()
                .forEach(found -> bringBuilt(Path.of(found.group()).normalize()));
        Matcher files = repositoryFile.matcher(text);
        return files.replaceAll(found -> {
            Path file = Path.of(found.group());
            return Matcher.quoteReplacement(
                    Files.isRegularFile(file)
                            ? directory.relativize(root.resolve(brought(file))).toString()
                            : found.group());
        });
    }
}
