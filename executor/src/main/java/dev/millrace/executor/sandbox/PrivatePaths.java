package dev.millrace.executor.sandbox;

import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the paths below the shown directories that not every user of the machine may read: shadow passwords, keys, the platform's own
 * configuration. All of them are hidden. Files and closed directories are hidden one by one if there are few. If there are too many of
 * them, or too many entries to check, the directory that contains them is hidden instead.
 */
final class PrivatePaths {
    /** Limited because each hidden path costs one mount at the start of every task. */
    static final int MAX_HIDDEN = 200;

    /** Limited because checking more entries would delay every start of the executor. Directories that are not fully checked are hidden. */
    static final int MAX_LOOKS = 200_000;

    /** These directories are not searched, because their files belong to the package manager or the kernel and every user may read them. */
    private static final Set<Path> PUBLIC = Set.copyOf(Stream.of(
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
            .toList());

    private final Collection<Path> shown;
    private final Predicate<Path> needed;
    private final int maxLooks;
    private final Deque<Path> queue = new ArrayDeque<>();
    private final Set<Path> hidden = new TreeSet<>();
    private final Set<Path> whole = new TreeSet<>();
    private int looked;

    /**
     * The paths to hide.
     *
     * @param paths at most {@value #MAX_HIDDEN} files and directories
     * @param whole those of the paths that are directories which also have content that is not private
     */
    record Found(List<Path> paths, List<Path> whole) {}

    private PrivatePaths(Collection<Path> shown, Predicate<Path> needed, int maxLooks) {
        this.shown = shown;
        this.needed = needed;
        this.maxLooks = maxLooks;
    }

    /**
     * Searches below {@code shown}, level by level from the top.
     *
     * @param needed matches the directories without which no task could start; they are never hidden as a whole
     * @throws ConfigException if a needed directory has too many private files, or too many entries to check
     */
    static Found below(Collection<Path> shown, Predicate<Path> needed) {
        return below(shown, needed, MAX_LOOKS);
    }

    static Found below(Collection<Path> shown, Predicate<Path> needed, int maxLooks) {
        var search = new PrivatePaths(shown, needed, maxLooks);
        search.look();
        search.gather();
        search.whole.retainAll(search.hidden);
        return new Found(List.copyOf(search.hidden), List.copyOf(search.whole));
    }

    private void look() {
        shown.stream()
                .filter(it -> Files.isDirectory(it, LinkOption.NOFOLLOW_LINKS) && !PUBLIC.contains(it))
                .forEach(queue::add);
        for (Path directory = queue.poll(); directory != null; directory = queue.poll()) {
            if (looked >= maxLooks || !lookInto(directory)) {
                hideWhole(directory);
            }
        }
    }

    /**
     * Checks the entries of a directory. Returns false if it has more entries than may still be checked, or if it is readable but listing
     * it failed.
     */
    private boolean lookInto(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (++looked > maxLooks) {
                    queue.removeIf(it -> it.startsWith(directory));
                    return false;
                }
                lookAt(entry);
            }
            return true;
        } catch (IOException | DirectoryIteratorException e) {
            // If the directory is gone or the executor may not read it, there is nothing to hide: tasks run as the same
            // user.
            return !Files.isReadable(directory);
        }
    }

    private void lookAt(Path entry) {
        PosixFileAttributes attributes;
        try {
            attributes = Files.readAttributes(entry, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            // The entry was deleted meanwhile, or tasks cannot reach it either.
            return;
        }
        Set<PosixFilePermission> everybody = attributes.permissions();
        if (attributes.isDirectory()) {
            if (!everybody.contains(PosixFilePermission.OTHERS_EXECUTE)) {
                hidden.add(entry);
            } else if (!PUBLIC.contains(entry)) {
                queue.add(entry);
            }
        } else if (attributes.isRegularFile()
                && !everybody.contains(PosixFilePermission.OTHERS_READ)
                && Files.isReadable(entry)) {
            hidden.add(entry);
        }
    }

    /** Replaces hidden paths by the directories that contain them, until there are few enough. */
    private void gather() {
        while (hidden.size() > MAX_HIDDEN) {
            Map<Path, Integer> below = new HashMap<>();
            Map<Path, Integer> within = new HashMap<>();
            for (Path path : hidden) {
                Path parent = path.getParent();
                if (parent != null) {
                    within.merge(parent, 1, Integer::sum);
                }
                for (Path above = parent; above != null && isShown(above); above = above.getParent()) {
                    below.merge(above, 1, Integer::sum);
                }
            }
            // The configured paths are hidden last, because nothing of them would remain visible.
            hideWhole(enough(below, it -> !shown.contains(it))
                    .or(() -> most(within, it -> !shown.contains(it)))
                    .or(() -> enough(below, it -> true))
                    .or(() -> most(within, it -> true))
                    .orElseThrow(() -> tooMany(hidden.iterator().next())));
        }
    }

    private boolean isShown(Path directory) {
        return shown.stream().anyMatch(directory::startsWith);
    }

    /** Returns the directory with the fewest hidden paths below it that makes the number small enough when it is hidden as a whole. */
    private Optional<Path> enough(Map<Path, Integer> below, Predicate<Path> allowed) {
        int superfluous = hidden.size() - MAX_HIDDEN;
        return below.entrySet().stream()
                .filter(it -> it.getValue() > superfluous && mayHide(it.getKey(), allowed))
                .min(Comparator.comparingInt((Map.Entry<Path, Integer> it) -> it.getValue())
                        .thenComparing(it -> -it.getKey().getNameCount()))
                .map(Map.Entry::getKey);
    }

    /** Returns the directory that directly contains the most hidden paths; among equal ones the deepest. */
    private Optional<Path> most(Map<Path, Integer> within, Predicate<Path> allowed) {
        return within.entrySet().stream()
                .filter(it -> isShown(it.getKey()) && mayHide(it.getKey(), allowed))
                .max(Comparator.comparingInt((Map.Entry<Path, Integer> it) -> it.getValue())
                        .thenComparing(it -> it.getKey().getNameCount()))
                .map(Map.Entry::getKey);
    }

    private boolean mayHide(Path directory, Predicate<Path> allowed) {
        return allowed.test(directory) && !needed.test(directory);
    }

    private void hideWhole(Path directory) {
        if (needed.test(directory)) {
            throw tooMany(directory);
        }
        hidden.removeIf(it -> it.startsWith(directory));
        hidden.add(directory);
        whole.add(directory);
    }

    private ConfigException tooMany(Path example) {
        return new ConfigException("tasks cannot be kept from what is private below what they see: there are more than "
                + MAX_HIDDEN + " files that are not for everybody, or more than " + maxLooks
                + " files, and the directories around them cannot be hidden, as " + example
                + "; name what tasks need in executor.sandboxPaths, or allow executor.sandbox=process");
    }
}
