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
 * Lists the processes in a control group and in the groups below it, which a process that may write to its own could have made.
 * None can leave them by itself, whatever it does to its session, parents or environment.
 *
 * @param directory with cgroup.procs; of the pids controller where the hierarchies are separate
 * @param others directories of the same group in other hierarchies
 */
public record CgroupMembers(Path directory, List<Path> others) {
    private static final String NO_QUOTA_V1 = "-1";
    private static final String NO_QUOTA_V2 = "max";
    private static final int REMOVE_TRIES = 250;
    private static final long REMOVE_PAUSE_MS = 4;
    private static final String NO_DEVICE = "No such device";

    /** A group with no other known directory. */
    public CgroupMembers(Path directory) {
        this(directory, List.of());
    }

    /** A group by all of its directories. */
    public static CgroupMembers of(List<Path> directories) {
        return new CgroupMembers(directories.get(0), directories.subList(1, directories.size()));
    }

    /**
     * Process ids, zombies included; none if the group is gone.
     *
     * @throws UncheckedIOException when they cannot be listed: nobody must take that for an empty group
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

    /** The same without those of groups below. */
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
     * Whether nobody is in it, by the kernel's own count, which includes groups below and costs less than a list. It includes the dead
     * until their parents have heard of it, which may take a tenth of a second.
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

    /** Whether no group is below it. */
    public boolean isPlain() {
        return children().isEmpty();
    }

    private List<Path> children() {
        try {
            // A directory counts itself, its entry in its parent, and each directory below.
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
     * From now on nobody in it can start a process, so that killing comes to an end; and it has all the processor time there
     * is, since ending takes some.
     */
    public void prepareEnd() {
        write(directory, "pids.max", "0");
        write(directory, "cpu.max", NO_QUOTA_V2);
        others.forEach(other -> write(other, "cpu.cfs_quota_us", NO_QUOTA_V1));
    }

    /** Kills everybody at once where the kernel can (version 2, 5.14 and later); returns whether it was asked. */
    boolean killAll() {
        return write(directory, "cgroup.kill", "1");
    }

    private static boolean write(Path directory, String name, String value) {
        Path file = directory.resolve(name);
        try {
            // Never created: a missing file is a feature this kernel lacks.
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
     * Removes the directories of a group whose processes have ended. The kernel counts a dead process out of its group a moment
     * after it is gone from everywhere else, so this may take a while.
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
