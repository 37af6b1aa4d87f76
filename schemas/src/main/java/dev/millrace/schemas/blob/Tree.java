package dev.millrace.schemas.blob;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonShape;
import dev.millrace.schemas.json.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A directory of regular files, named by the digest of its canonical JSON (entries sorted by path). A tree without {@link #problems()} can
 * be written below any directory without touching files outside that directory.
 */
public record Tree(List<TreeEntry> entries) {
    /** More entries than this are refused; documented in the reliability limits. */
    public static final int MAX_ENTRIES = 100_000;

    /** The largest size of a tree's JSON; the artifact service refuses a larger one. */
    public static final int MAX_BYTES = 32 << 20;

    public static final int MAX_PATH_CHARS = 1024;

    /**
     * The largest number of directories in a tree. It is limited because a single path can name hundreds of directories, and each directory
     * takes up space on the disk.
     */
    public static final int MAX_DIRECTORIES = 100_000;

    private static final int MAX_PROBLEMS = 10;

    /**
     * Heap bytes of an entry without the characters of its path: three objects, the fixed part of the path's string, and a reference in the
     * list.
     */
    private static final int ENTRY_HEAP_BYTES = 130;

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    public static final Tree EMPTY = new Tree(List.of());

    public Tree {
        var sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(TreeEntry::path));
        entries = List.copyOf(sorted);
    }

    /**
     * Reads a tree from its JSON. It stops at the first entry above {@link #MAX_ENTRIES}, so the tree takes at most about as much heap as
     * its text plus 20 MB. The caller must check {@link #problems()}.
     *
     * @throws MalformedJsonException when it is no tree
     */
    public static Tree read(byte[] json) throws MalformedJsonException {
        return new Tree(TreeReader.read(json));
    }

    /** Receives the entries of a tree one by one. */
    public interface Visitor {
        void visit(TreeEntry entry) throws IOException;
    }

    /**
     * Passes the entries of a tree to {@code visitor} in the order of the JSON, without keeping them in memory.
     *
     * @throws MalformedJsonException when {@code json} is not a tree; some entries may already have been visited
     */
    public static void visit(InputStream json, Visitor visitor) throws IOException {
        TreeReader.visit(json, visitor);
    }

    public byte[] canonicalBytes() {
        try {
            return Json.MAPPER.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always writable as JSON", e);
        }
    }

    public Digest digest() {
        return Digest.of(canonicalBytes());
    }

    /** Returns an upper estimate of the tree's size in memory, in bytes. */
    public long heapBytes() {
        return entries.stream()
                .mapToLong(entry -> ENTRY_HEAP_BYTES + 2L * entry.path().length())
                .sum();
    }

    /** Returns the sum of the sizes of all files, or {@link Long#MAX_VALUE} if the sum is larger. */
    public long totalBytes() {
        return entries.stream()
                .mapToLong(TreeEntry::size)
                .reduce(0, (total, size) -> size > Long.MAX_VALUE - total ? Long.MAX_VALUE : total + size);
    }

    /**
     * Lists at most ten problems that make this tree unsafe or ambiguous to write to a disk; empty for a valid tree. Checks for absolute,
     * drive and parent paths, overlong paths, backslashes, control characters, invalid Unicode, negative sizes, duplicates, names that
     * differ only by case, files that are also directories, and too many entries or directories.
     */
    public List<String> problems() {
        var problems = new ArrayList<String>();
        if (entries.size() > MAX_ENTRIES) {
            problems.add("the tree has " + entries.size() + " entries; at most " + MAX_ENTRIES + " are accepted");
        }
        var directories = new DirectoryCount();
        for (TreeEntry entry : entries) {
            if (problems.size() >= MAX_PROBLEMS) {
                return problems;
            }
            String path = entry.path();
            pathProblem(path).ifPresent(problem -> problems.add("path '" + printable(path) + "' " + problem));
            if (entry.size() < 0) {
                problems.add("path '" + printable(path) + "' has the negative size " + entry.size());
            }
            directories.add(path);
        }
        if (directories.total() > MAX_DIRECTORIES) {
            problems.add("the tree has " + directories.total() + " directories; at most " + MAX_DIRECTORIES
                    + " are accepted");
        }
        var paths = entries.stream().map(TreeEntry::path).toList();
        PathConflicts.find(paths, Math.max(0, MAX_PROBLEMS - problems.size())).stream()
                .map(Tree::describe)
                .forEach(problems::add);
        return problems;
    }

    private static String describe(PathConflicts.Conflict conflict) {
        String path = printable(conflict.path());
        String other = printable(conflict.other());
        return switch (conflict.kind()) {
            case SAME -> "path '" + path + "' is there twice";
            case SAME_BUT_FOR_CASE -> "path '" + path + "' differs from '" + other + "' only by case";
            case FILE_AND_DIRECTORY -> "path '" + other + "' is both a file and a directory";
        };
    }

    /** Describes what is wrong with {@code path} as a relative path of a file; empty if nothing is wrong. */
    public static java.util.Optional<String> pathProblem(String path) {
        if (path.isEmpty()) {
            return java.util.Optional.of("is empty");
        }
        if (path.length() > MAX_PATH_CHARS) {
            return java.util.Optional.of("is longer than " + MAX_PATH_CHARS + " characters");
        }
        if (path.startsWith("/") || DRIVE.matcher(path).matches()) {
            return java.util.Optional.of("is absolute");
        }
        if (path.indexOf('\\') >= 0) {
            return java.util.Optional.of("has a backslash");
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return java.util.Optional.of("has a control character");
        }
        if (!JsonShape.isUnicode(path)) {
            return java.util.Optional.of("is no Unicode text");
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return java.util.Optional.of("has an empty, '.' or '..' part");
            }
        }
        return java.util.Optional.empty();
    }

    private static String printable(String path) {
        String cut = path.length() > 120 ? path.substring(0, 120) + "…" : path;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
