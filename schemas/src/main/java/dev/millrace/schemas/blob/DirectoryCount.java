package dev.millrace.schemas.blob;

/** Counts the distinct directories of paths that are added in sorted order. Not thread-safe. */
public final class DirectoryCount {
    private String last = "";
    private long directories;

    /**
     * Counts the directories above {@code path} that no earlier path had, and returns the number of directories counted so far.
     *
     * @param path must not sort before the previous path, in the order of strings
     */
    public long add(String path) {
        directories += added(path);
        last = path;
        return directories;
    }

    /**
     * Returns how many new directories {@link #add} would count. Because paths are sorted, those in the same directory follow each other,
     * so a comparison with the previous path is enough.
     */
    public long added(String path) {
        int shared = 0;
        int limit = Math.min(path.length(), last.length());
        while (shared < limit && path.charAt(shared) == last.charAt(shared)) {
            shared++;
        }
        long added = 0;
        for (int slash = path.indexOf('/', shared); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            added++;
        }
        return added;
    }

    public long total() {
        return directories;
    }
}
