package dev.millrace.schemas.blob;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Finds paths of files that cannot exist together on a file system that ignores case. It sorts the paths, which puts such paths next to
 * each other. Therefore its memory grows with the length of the paths and not with the number of their directories.
 */
public final class PathConflicts {
    /** Sorts before every character of a path, so the paths below a directory follow directly after the directory's own name. */
    private static final char SEPARATOR = '\0';

    /** Why two paths exclude each other. */
    public enum Kind {
        SAME,
        SAME_BUT_FOR_CASE,
        FILE_AND_DIRECTORY
    }

    /**
     * Two paths that exclude each other.
     *
     * @param path the path to remove; once this path of every conflict is removed, no conflict is left
     * @param other the path that may stay
     */
    public record Conflict(String path, String other, Kind kind) {}

    private record Folded(String key, String path) {
        static Folded of(String path) {
            return new Folded(path.toLowerCase(Locale.ROOT).replace('/', SEPARATOR), path);
        }

        boolean isAbove(Folded other) {
            return other.key.length() > key.length()
                    && other.key.charAt(key.length()) == SEPARATOR
                    && other.key.startsWith(key);
        }
    }

    private PathConflicts() {}

    /** Finds all conflicts, or the first {@code limit}. The order of {@code paths} does not matter. */
    public static List<Conflict> find(Collection<String> paths, int limit) {
        var sorted = new ArrayList<Folded>(paths.size());
        paths.forEach(path -> sorted.add(Folded.of(path)));
        sorted.sort(Comparator.comparing(Folded::key).thenComparing(Folded::path));
        var conflicts = new ArrayList<Conflict>();
        Folded kept = null;
        for (Folded next : sorted) {
            if (kept != null && next.key.equals(kept.key)) {
                Kind kind = next.path.equals(kept.path) ? Kind.SAME : Kind.SAME_BUT_FOR_CASE;
                conflicts.add(new Conflict(next.path, kept.path, kind));
            } else if (kept != null && kept.isAbove(next)) {
                conflicts.add(new Conflict(next.path, kept.path, Kind.FILE_AND_DIRECTORY));
            } else {
                kept = next;
            }
            if (conflicts.size() >= limit) {
                break;
            }
        }
        return conflicts;
    }
}
