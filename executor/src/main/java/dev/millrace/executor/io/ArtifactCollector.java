package dev.millrace.executor.io;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.DirectoryCount;
import dev.millrace.schemas.blob.PathConflicts;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.event.ArtifactsRef;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a task leaves behind: the whole of {@code MILLRACE_OUT}, and what its globs name below the working directory. Links
 * are never followed, nothing outside is ever read, and what exceeds a limit is left out by name rather than failing the
 * rest.
 */
public final class ArtifactCollector {
    /** Where adapters put the results of test cases; not an artifact. */
    public static final String CASES_DIRECTORY = ".millrace";

    private static final int MAX_NOTES = 20;
    private static final int MAX_NOTE_CHARS = 300;

    private final BlobClient blobs;
    private final long maxBytes;
    private final int maxFiles;

    public ArtifactCollector(BlobClient blobs, long maxBytes, int maxFiles) {
        this.blobs = blobs;
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
    }

    /** Files by the path they are stored under, and what was left out. */
    private static final class Selection {
        final Map<String, Path> files = new TreeMap<>();
        final List<String> leftOut = new ArrayList<>();
        long bytes;

        void leaveOut(String note) {
            if (leftOut.size() < MAX_NOTES) {
                String clean = note.replaceAll("\\p{Cntrl}", "?");
                leftOut.add(clean.length() <= MAX_NOTE_CHARS ? clean : clean.substring(0, MAX_NOTE_CHARS) + "…");
            } else if (leftOut.size() == MAX_NOTES) {
                leftOut.set(MAX_NOTES - 1, "… and more");
            }
        }
    }

    /** Collects and stores; null when there is nothing to tell. */
    public @Nullable ArtifactsRef collect(WorkFiles workingDirectory, Path out, List<String> globs) throws IOException {
        var selection = new Selection();
        new PlainFiles(out, Optional.of(CASES_DIRECTORY)).visit(new Selecting(selection, List.of()));
        List<Glob> matchers = matchers(globs, selection);
        if (!matchers.isEmpty()) {
            workingDirectory.visit(new Selecting(selection, matchers));
        }
        if (selection.files.isEmpty() && selection.leftOut.isEmpty()) {
            return null;
        }
        Tree tree = upload(selection);
        return new ArtifactsRef(
                blobs.putTree(tree), tree.entries().size(), tree.totalBytes(), List.copyOf(selection.leftOut));
    }

    private static List<Glob> matchers(List<String> globs, Selection selection) {
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

    /** Selects what matches, or everything if there is nothing to match. */
    private final class Selecting implements WorkFiles.Visitor {
        private final Selection selection;
        private final List<Glob> matchers;

        Selecting(Selection selection, List<Glob> matchers) {
            this.selection = selection;
            this.matchers = matchers;
        }

        @Override
        public void file(String name, Path file, BasicFileAttributes attributes) {
            if (matchers.isEmpty() || matchers.stream().anyMatch(matcher -> matcher.matches(name))) {
                select(name, file, attributes, selection);
            }
        }

        @Override
        public void unreadable(String name) {
            selection.leaveOut("'" + name + "' cannot be read");
        }
    }

    private void select(String name, Path file, BasicFileAttributes attributes, Selection selection) {
        if (!attributes.isRegularFile()) {
            selection.leaveOut("'" + name + "' is not a regular file");
        } else if (Tree.pathProblem(name).isPresent()) {
            selection.leaveOut("a file whose name " + Tree.pathProblem(name).get());
        } else if (selection.files.size() >= maxFiles) {
            selection.leaveOut("'" + name + "': there are more than " + maxFiles + " files");
        } else if (selection.bytes + attributes.size() > maxBytes) {
            selection.leaveOut(
                    "'" + name + "' (" + attributes.size() + " bytes): more than " + maxBytes + " bytes in all");
        } else if (selection.files.putIfAbsent(name, file) == null) {
            selection.bytes += attributes.size();
        }
    }

    private Tree upload(Selection selection) throws IOException {
        Map<Digest, Path> wanted = new HashMap<>();
        var entries = new ArrayList<TreeEntry>();
        Set<String> conflicting = new HashSet<>();
        PathConflicts.find(selection.files.keySet(), Integer.MAX_VALUE)
                .forEach(conflict -> conflicting.add(conflict.path()));
        var directories = new DirectoryCount();
        for (Map.Entry<String, Path> file : selection.files.entrySet()) {
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
        for (Digest missing : blobs.missing(wanted.keySet())) {
            Path file = wanted.get(missing);
            if (file != null) {
                blobs.put(missing, file);
            }
        }
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
