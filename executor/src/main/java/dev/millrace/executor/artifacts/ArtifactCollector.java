package dev.millrace.executor.artifacts;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.DirectoryCount;
import dev.millrace.schemas.blob.PathConflicts;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.event.ArtifactsRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Collects the artifacts of a task: all of {@code MILLRACE_OUT}, and the files below the working directory that match its globs. It
 * never follows links and never reads anything outside these directories. If a file exceeds a limit, it is left out and named in a
 * note; the other files are still stored.
 */
public final class ArtifactCollector {
    /** The directory in which adapters put the results of test cases. It is not an artifact. */
    public static final String CASES_DIRECTORY = ".millrace";

    private final BlobClient blobs;
    private final ArtifactLimits limits;

    public ArtifactCollector(BlobClient blobs, ArtifactLimits limits) {
        this.blobs = blobs;
        this.limits = limits;
    }

    /**
     * Collects and stores the artifacts. Returns null if there are none and nothing was left out.
     *
     * @param unwanted checked repeatedly; if it is true, this ends with an {@link InterruptedIOException}
     */
    public @Nullable ArtifactsRef collect(
            WorkFiles workingDirectory, Path out, List<String> globs, BooleanSupplier unwanted) throws IOException {
        var selection = new ArtifactSelection(limits);
        var budget = new MatchBudget(limits.matchSteps());
        new PlainFiles(out, Optional.of(CASES_DIRECTORY)).visit(new Selecting(selection, List.of(), budget, unwanted));
        List<Glob> matchers = matchers(globs, selection);
        if (!matchers.isEmpty()) {
            workingDirectory.visit(new Selecting(selection, matchers, budget, unwanted));
        }
        BlobUpload.stopIf(unwanted);
        if (selection.isEmpty()) {
            return null;
        }
        Tree tree = upload(selection, unwanted);
        return new ArtifactsRef(blobs.putTree(tree), tree.entries().size(), tree.totalBytes(), selection.leftOut());
    }

    private static List<Glob> matchers(List<String> globs, ArtifactSelection selection) {
        var matchers = new ArrayList<Glob>();
        for (String glob : globs) {
            if (glob.startsWith("/") || List.of(glob.split("/")).contains("..")) {
                selection.leaveOut("the pattern '" + glob + "' reaches outside the working directory");
                continue;
            }
            try {
                matchers.add(new Glob(glob));
            } catch (PatternSyntaxException e) {
                selection.leaveOut("the pattern '" + glob + "' is not a glob: " + e.getDescription());
            }
        }
        return matchers;
    }

    /** Selects the files that match, or all files if there are no patterns. */
    private record Selecting(
            ArtifactSelection selection, List<Glob> matchers, MatchBudget budget, BooleanSupplier unwanted)
            implements WorkFiles.Visitor {
        @Override
        public void file(String name, Path file, BasicFileAttributes attributes) {
            if (matchers.isEmpty() || matchers.stream().anyMatch(matcher -> matcher.matches(name, budget))) {
                selection.select(name, file, attributes);
            } else if (budget.isSpent()) {
                selection.leaveOut("'" + name + "' and the files after it: the task's patterns take more steps to match"
                        + " than executor.maxMatchSteps allows");
            }
        }

        @Override
        public void unreadable(String name) {
            selection.leaveOut("'" + name + "' cannot be read");
        }

        @Override
        public boolean wantsMore() {
            return !selection.isFull() && !budget.isSpent() && !unwanted.getAsBoolean();
        }
    }

    private Tree upload(ArtifactSelection selection, BooleanSupplier unwanted) throws IOException {
        Map<Digest, Path> wanted = new HashMap<>();
        var entries = new ArrayList<TreeEntry>();
        Set<String> conflicting = new HashSet<>();
        PathConflicts.find(selection.files().keySet(), Integer.MAX_VALUE)
                .forEach(conflict -> conflicting.add(conflict.path()));
        var directories = new DirectoryCount();
        for (Map.Entry<String, Path> file : selection.files().entrySet()) {
            BlobUpload.stopIf(unwanted);
            String name = file.getKey();
            if (conflicting.contains(name)) {
                selection.leaveOut("'" + name + "' differs from another file only by case, or is a directory as well");
                continue;
            }
            if (directories.total() + directories.added(name) > Tree.MAX_DIRECTORIES) {
                selection.leaveOut("'" + name + "': there are more than " + Tree.MAX_DIRECTORIES + " directories");
                continue;
            }
            directories.add(name);
            Digest digest;
            try {
                digest = hash(file.getValue());
            } catch (IOException e) {
                selection.leaveOut("'" + name + "' cannot be read");
                continue;
            }
            entries.add(new TreeEntry(name, digest, Files.size(file.getValue()), Files.isExecutable(file.getValue())));
            wanted.put(digest, file.getValue());
        }
        new BlobUpload(blobs, unwanted).send(wanted);
        return new Tree(entries);
    }

    private static Digest hash(Path file) throws IOException {
        var hash = Digest.newHash();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return Digest.of(hash);
    }
}
