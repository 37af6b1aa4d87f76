package dev.millrace.executor.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads and writes the small files that control the control groups. */
final class ControlFile {
    private ControlFile() {}

    static void write(Path directory, String name, long value) throws IOException {
        write(directory, name, Long.toString(value));
    }

    static void write(Path directory, String name, String value) throws IOException {
        Files.writeString(directory.resolve(name), value, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }

    /** Returns the number in a file, or 0 if there is none or the file cannot be read. */
    static long number(Path directory, String name) {
        try {
            return Long.parseLong(Files.readString(directory.resolve(name), StandardCharsets.US_ASCII)
                    .strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Returns the number after {@code word} in the line that begins with it, or 0 if there is none or the file cannot be read. */
    static long entry(Path directory, String name, String word) {
        try {
            return Files.readAllLines(directory.resolve(name), StandardCharsets.US_ASCII).stream()
                    .map(line -> line.split(" "))
                    .filter(parts -> parts.length == 2 && parts[0].equals(word))
                    .mapToLong(parts -> Long.parseLong(parts[1]))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
