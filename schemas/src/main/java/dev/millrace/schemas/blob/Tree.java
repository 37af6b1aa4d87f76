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
 * A directory of regular files, named by the digest of its canonical JSON (entries sorted by path). A tree that passed
 * {@link #problems()} can be materialised below any directory without writing outside it.
 */
public record Tree(List<TreeEntry> entries) {
    /** More entries than this are refused; documented in the reliability limits. */
    public static final int MAX_ENTRIES = 100_000;

    /** The limit of a tree's JSON; the artifact service takes no larger one. */
    public static final int MAX_BYTES = 32 << 20;

    public static final int MAX_PATH_CHARS = 1024;

    /** Few bytes of JSON can name hundreds of directories, and each costs a place on the disk. */
    public static final int MAX_DIRECTORIES = 100_000;

    private static final int MAX_PROBLEMS = 10;

    /** Heap bytes of an entry besides its path: three objects, the head of the path's text, its place in the list. */
    private static final int ENTRY_HEAP_BYTES = 130;

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    public static final Tree EMPTY = new Tree(List.of());

    public Tree {
        var sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(TreeEntry::path));
        entries = List.copyOf(sorted);
    }

    /**
     * Reads a tree from its JSON, and no more entries than one too many, whatever there is. So on the heap it takes what its
     * text does and some 20 MB. {@link #problems()} is for the caller.
     *
     * @throws MalformedJsonException when it is no tree
     */
    public static Tree read(byte[] json) throws MalformedJsonException {
        return new Tree(TreeReader.read(json));
    }

    /** Takes the entries of a tree one by one. */
    public interface Visitor {
        void visit(TreeEntry entry) throws IOException;
    }

    /**
     * Reads the entries of a tree as they come in its JSON, without holding them.
     *
     * @throws MalformedJsonException when it is no tree; entries may have been visited by then
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

    /** Estimates its bytes in memory, from above. */
    public long heapBytes() {
        return entries.stream()
                .mapToLong(entry -> ENTRY_HEAP_BYTES + 2L * entry.path().length())
                .sum();
    }

    /** The sum of its entries, or the largest number if that is more. */
    public long totalBytes() {
        return entries.stream()
                .mapToLong(TreeEntry::size)
                .reduce(0, (total, size) -> size > Long.MAX_VALUE - total ? Long.MAX_VALUE : total + size);
    }

    /**
     * Lists the problems that make this tree unsafe or ambiguous to materialise, at most ten; empty for a good tree. Checks
     * absolute, drive and parent paths, backslashes, control characters, duplicates, names that differ only by case,
     * files that are also directories, and the number of directories.
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

    /** Describes what is wrong with {@code path} as the path of a file below some directory, if anything. */
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
