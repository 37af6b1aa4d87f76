package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the process that a stack's description names. A stack that was killed leaves its description behind: then its process no longer
 * exists, or another process has its process ID, and other programs may use its addresses.
 */
public final class StackProcess {
    /** Indexes into those fields of {@code /proc/PID/stat} that follow the process name, see proc(5). */
    private static final int STATE = 0;

    private static final int START = 19;

    private StackProcess() {}

    /**
     * Returns the process that a stack's description names; empty if that process does not run any more, even if another process now has
     * its process ID.
     */
    public static Optional<ProcessHandle> of(JsonNode stack) {
        return ProcessHandle.of(stack.path("pid").asLong())
                .filter(ProcessHandle::isAlive)
                .filter(process -> startOf(process.pid())
                        .filter(stack.path("start").asText()::equals)
                        .isPresent());
    }

    /**
     * Returns the ID of the machine's boot and the process's start time in clock ticks since that boot; together with the process ID they
     * identify a process uniquely on this machine, now and in the past. The time of day is not used since it can be changed. Empty if the
     * process has ended: a killed process keeps its ID until its parent has waited for it, which may never happen.
     */
    public static Optional<String> startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The process name before these fields may contain any character, also parentheses and spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean hasEnded = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return hasEnded
                    ? Optional.empty()
                    : Optional.of(Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                                    .strip() + " " + fields[START]);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
