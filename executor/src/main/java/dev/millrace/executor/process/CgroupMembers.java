package dev.millrace.executor.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists the processes in a control group and in the groups below it. A process that may write to its own group can create such groups. No
 * process can leave the group by itself, whatever it does to its session, parents or environment.
 *
 * @param directory the directory with cgroup.procs; in version 1 the one of the pids controller
 * @param others directories of the same group in other hierarchies
 */
public record CgroupMembers(Path directory, List<Path> others) {
    private static final String NO_QUOTA_V1 = "-1";
    private static final String NO_QUOTA_V2 = "max";
    private static final int REMOVE_TRIES = 250;
    private static final long REMOVE_PAUSE_MS = 4;
    private static final String NO_DEVICE = "No such device";

    /** A control group with a single known directory. */
    public CgroupMembers(Path directory) {
        this(directory, List.of());
    }

    /** Returns the group that has these directories. */
    public static CgroupMembers of(List<Path> directories) {
        return new CgroupMembers(directories.get(0), directories.subList(1, directories.size()));
    }

    /**
     * Returns the process ids, including zombies; empty if the group is gone.
     *
     * @throws UncheckedIOException if the processes cannot be listed, which must not be confused with an empty group
     */
    public List<Long> pids() {
        if (isEmpty()) {
            return List.of();
        }
        var pids = new ArrayList<>(direct());
        for (Path child : children()) {
            pids.addAll(new CgroupMembers(child).pids());
        }
        return pids;
    }

    /** Returns the process ids in this group, without those in the groups below it. */
    public List<Long> direct() {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs"), StandardCharsets.US_ASCII).stream()
                    .map(Long::parseLong)
                    .filter(pid -> pid > 0)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            if (isGone(e)) {
                return List.of();
            }
            throw new UncheckedIOException("the processes of a control group cannot be listed", e);
        }
    }

    private static boolean isGone(IOException e) {
        return String.valueOf(e.getMessage()).contains(NO_DEVICE);
    }

    /**
     * Returns whether no process is in the group or below it, by the kernel's own count, which costs less than a list. The count includes
     * ended processes until their parents have waited for them, which may take a tenth of a second.
     */
    public boolean isEmpty() {
        try {
            return Files.readString(directory.resolve("pids.current"), StandardCharsets.US_ASCII)
                    .strip()
                    .equals("0");
        } catch (IOException e) {
            return !Files.exists(directory);
        }
    }

    /** Returns whether there is no group below this one. */
    public boolean isPlain() {
        return children().isEmpty();
    }

    private List<Path> children() {
        try {
            // The link count of a directory is 2 plus the number of its subdirectories.
            if (Files.getAttribute(directory, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer links
                    && links == 2) {
                return List.of();
            }
            var children = new ArrayList<Path>();
            try (DirectoryStream<Path> inner = Files.newDirectoryStream(directory, Files::isDirectory)) {
                inner.forEach(children::add);
            }
            return children;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            if (isGone(e)) {
                return List.of();
            }
            throw new UncheckedIOException("the groups below " + directory + " cannot be listed", e);
        }
    }

    /**
     * Prepares the group for being killed. Its processes can no longer start others, so that killing comes to an end. Its processor limit
     * is removed, because processes need processor time to end.
     */
    public void prepareEnd() {
        write(directory, "pids.max", "0");
        write(directory, "cpu.max", NO_QUOTA_V2);
        others.forEach(other -> write(other, "cpu.cfs_quota_us", NO_QUOTA_V1));
    }

    /**
     * Makes the kernel kill all processes at once, which is possible with version 2 since Linux 5.14. Returns whether the kernel was asked
     * to do so.
     */
    boolean killAll() {
        return write(directory, "cgroup.kill", "1");
    }

    private static boolean write(Path directory, String name, String value) {
        Path file = directory.resolve(name);
        try {
            // The file is never created: if it is missing, this kernel lacks the feature.
            if (!Files.exists(file)) {
                return false;
            }
            Files.writeString(file, value, StandardCharsets.US_ASCII);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Removes the directories of a group whose processes have ended. The kernel removes an ended process from its group a moment later than
     * from everywhere else, so this may take a while.
     */
    public static void removeEmptied(List<Path> directories) throws IOException {
        for (int i = 1; true; i++) {
            try {
                for (Path directory : directories) {
                    remove(directory);
                }
                return;
            } catch (IOException e) {
                if (i == REMOVE_TRIES) {
                    throw e;
                }
            }
            try {
                Thread.sleep(REMOVE_PAUSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while a control group empties", e);
            }
        }
    }

    private static void remove(Path directory) throws IOException {
        try {
            for (Path child : new CgroupMembers(directory).children()) {
                remove(child);
            }
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
        Files.deleteIfExists(directory);
    }
}
