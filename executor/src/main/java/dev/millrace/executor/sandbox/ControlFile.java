package dev.millrace.executor.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The small files by which control groups are spoken to. */
final class ControlFile {
    private ControlFile() {}

    static void write(Path directory, String name, long value) throws IOException {
        write(directory, name, Long.toString(value));
    }

    static void write(Path directory, String name, String value) throws IOException {
        Files.writeString(directory.resolve(name), value, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }

    /** The number in a file, or 0 if it has none. */
    static long number(Path directory, String name) {
        try {
            return Long.parseLong(Files.readString(directory.resolve(name), StandardCharsets.US_ASCII)
                    .strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The number after a word at the beginning of a line, or 0 if there is none. */
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
