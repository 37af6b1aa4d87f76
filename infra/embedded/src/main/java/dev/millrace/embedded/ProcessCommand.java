package dev.millrace.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The whole command line of a process: the JDK shows none that is longer than a page of memory, as those with a class path are. */
final class ProcessCommand {
    private ProcessCommand() {}

    /** Returns its arguments, each ended by a NUL; empty if the process has ended or is another user's. */
    static String of(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
