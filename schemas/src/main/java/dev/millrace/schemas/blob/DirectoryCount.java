package dev.millrace.schemas.blob;

/** Counts the distinct directories of paths that come in their order. Not thread-safe. */
public final class DirectoryCount {
    private String last = "";
    private long directories;

    /**
     * Counts the directories above {@code path} that no path before it had, and returns how many there are in all.
     *
     * @param path not before the last one in the order of strings
     */
    public long add(String path) {
        directories += added(path);
        last = path;
        return directories;
    }

    /** How many directories {@link #add} would count. Paths that share a directory are neighbours, so the last one tells. */
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
