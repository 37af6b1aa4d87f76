package dev.millrace.schemas.blob;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.codec.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A directory of regular files, named by the digest of its canonical JSON (entries sorted by path). A tree that passed
 * {@link #problems()} can be materialised below any directory without writing outside it.
 */
public record Tree(List<TreeEntry> entries) {
    /** More entries than this are refused; documented in the reliability limits. */
    public static final int MAX_ENTRIES = 100_000;

    public static final int MAX_PATH_CHARS = 1024;

    public static final Tree EMPTY = new Tree(List.of());

    public Tree {
        var sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(TreeEntry::path));
        entries = List.copyOf(sorted);
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

    public long totalBytes() {
        return entries.stream().mapToLong(TreeEntry::size).sum();
    }

    /**
     * What makes this tree unsafe or ambiguous to materialise, at most ten problems; empty for a good tree. Checks
     * absolute, drive and parent paths, backslashes, control characters, duplicates, names that differ only by case,
     * and files that are also directories.
     */
    public List<String> problems() {
        var problems = new ArrayList<String>();
        if (entries.size() > MAX_ENTRIES) {
            problems.add("the tree has " + entries.size() + " entries; at most " + MAX_ENTRIES + " are accepted");
        }
        Map<String, String> seen = new HashMap<>();
        Set<String> directories = new HashSet<>();
        for (TreeEntry entry : entries) {
            if (problems.size() >= 10) {
                break;
            }
            String path = entry.path();
            pathProblem(path).ifPresent(problem -> problems.add("path '" + printable(path) + "' " + problem));
            if (entry.size() < 0) {
                problems.add("path '" + printable(path) + "' has the negative size " + entry.size());
            }
            String other = seen.put(path.toLowerCase(Locale.ROOT), path);
            if (other != null) {
                problems.add("path '" + printable(path) + "' "
                        + (other.equals(path) ? "is there twice" : "differs from '" + other + "' only by case"));
            }
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                directories.add(path.substring(0, slash).toLowerCase(Locale.ROOT));
            }
        }
        for (String directory : directories) {
            if (seen.containsKey(directory) && problems.size() < 10) {
                problems.add("path '" + printable(directory) + "' is both a file and a directory");
            }
        }
        return problems;
    }

    /** What is wrong with {@code path} as the path of a file below some directory, if anything. */
    public static java.util.Optional<String> pathProblem(String path) {
        if (path.isEmpty()) {
            return java.util.Optional.of("is empty");
        }
        if (path.length() > MAX_PATH_CHARS) {
            return java.util.Optional.of("is longer than " + MAX_PATH_CHARS + " characters");
        }
        if (path.startsWith("/") || path.matches("^[A-Za-z]:.*")) {
            return java.util.Optional.of("is absolute");
        }
        if (path.indexOf('\\') >= 0) {
            return java.util.Optional.of("has a backslash");
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return java.util.Optional.of("has a control character");
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
