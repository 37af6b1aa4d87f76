package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Who is in a control group. No process can leave one by itself, whatever it does to its session, parents or environment.
 *
 * @param directory with cgroup.procs; of the pids controller where the hierarchies are separate
 */
public record CgroupMembers(Path directory) {
    private static final int REMOVE_TRIES = 250;
    private static final long REMOVE_PAUSE_MS = 4;

    /** Process ids, zombies included; none if the group is gone. */
    public List<Long> pids() {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs"), StandardCharsets.US_ASCII).stream()
                    .map(Long::parseLong)
                    .filter(pid -> pid > 0)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            // ENODEV of a group that is being removed.
            return List.of();
        }
    }

    /** From now on nobody in it can start a process, so that killing comes to an end. */
    public void forbidForks() {
        write("pids.max", "0");
    }

    /** Kills everybody at once where the kernel can (version 2, 5.14 and later); returns whether it was asked. */
    boolean killAll() {
        return write("cgroup.kill", "1");
    }

    private boolean write(String name, String value) {
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
                remove(directories);
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

    private static void remove(List<Path> directories) throws IOException {
        for (Path directory : directories) {
            if (Files.isDirectory(directory)) {
                try (DirectoryStream<Path> inner = Files.newDirectoryStream(directory, Files::isDirectory)) {
                    for (Path child : inner) {
                        remove(List.of(child));
                    }
                }
                Files.deleteIfExists(directory);
            }
        }
    }
}
