package dev.millrace.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the whole command line of a process. The JDK does not return a command line that is longer than a memory page, and one with a class
 * path usually is.
 */
final class ProcessCommand {
    private ProcessCommand() {}

    /** Returns the program and its arguments, each followed by a NUL; empty if the process has ended or cannot be read. */
    static String of(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
