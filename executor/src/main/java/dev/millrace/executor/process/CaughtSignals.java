package dev.millrace.executor.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The signals for which a process has handlers, as Linux shows them in {@code /proc/PID/status}. Any other signal would end the process or
 * be ignored.
 *
 * @param mask bit n − 1 for signal n
 */
record CaughtSignals(long mask) {
    private static final String FIELD = "SigCgt:";

    /** Returns an empty set if the process is gone or this process may not read its status. */
    static CaughtSignals of(long pid) {
        try {
            String status =
                    Files.readString(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1);
            return parse(status);
        } catch (IOException e) {
            return new CaughtSignals(0);
        }
    }

    static CaughtSignals parse(String status) {
        return status.lines()
                .filter(line -> line.startsWith(FIELD))
                .map(line -> new CaughtSignals(
                        Long.parseUnsignedLong(line.substring(FIELD.length()).strip(), 16)))
                .findFirst()
                .orElse(new CaughtSignals(0));
    }

    boolean contains(int signal) {
        return (mask >>> (signal - 1) & 1) == 1;
    }
}
