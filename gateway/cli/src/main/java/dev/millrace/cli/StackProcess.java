package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process of the stack that a description names. A description may be left by a stack that was killed: then its process is gone, or its
 * number is somebody else's, and so may be its addresses.
 */
public final class StackProcess {
    /** The places of fields in {@code /proc/PID/stat} that follow the name, see proc(5). */
    private static final int STATE = 0;

    private static final int START = 19;

    private StackProcess() {}

    /** The process that a description of a stack names, if it still is that process and runs. */
    public static Optional<ProcessHandle> of(JsonNode stack) {
        return ProcessHandle.of(stack.path("pid").asLong())
                .filter(ProcessHandle::isAlive)
                .filter(process -> startOf(process.pid())
                        .filter(stack.path("start").asText()::equals)
                        .isPresent());
    }

    /**
     * Names a process as no other one on this machine, now or before: by the boot, and the process's start in ticks since then. The time of day would
     * not do, since it may be set. Empty once it has ended: one that was killed keeps its number until its parent has seen its end, which may
     * take for ever.
     */
    public static Optional<String> startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The name before these fields may hold anything.
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
