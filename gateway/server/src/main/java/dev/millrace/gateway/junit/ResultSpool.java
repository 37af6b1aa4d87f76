package dev.millrace.gateway.junit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of results while they are merged, in a directory of this process. What a process that is gone left there is removed at
 * the next start. Thread-safe.
 */
public final class ResultSpool implements Closeable {
    private static final int CHUNK = 64 * 1024;

    private final Path directory;
    private final long maxFileBytes;

    private ResultSpool(Path directory, long maxFileBytes) {
        this.directory = directory;
        this.maxFileBytes = maxFileBytes;
    }

    /** @param maxFileBytes of one task's results; larger ones are refused */
    public static ResultSpool open(Path parent, long maxFileBytes) throws IOException {
        Files.createDirectories(parent);
        try (Stream<Path> processes = Files.list(parent)) {
            for (Path process : processes.toList()) {
                if (isGone(process.getFileName().toString())) {
                    delete(process);
                }
            }
        }
        Path own = parent.resolve(Long.toString(ProcessHandle.current().pid()));
        return new ResultSpool(Files.createDirectories(own), maxFileBytes);
    }

    private static boolean isGone(String name) {
        return name.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(name)).isEmpty();
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    /** Does something with a file that has the bytes of {@code in}, and is gone afterwards. */
    public <E extends Exception> void with(InputStream in, Use<E> use) throws IOException, E {
        Path file = Files.createTempFile(directory, "results", ".jsonl");
        try {
            try (OutputStream out = Files.newOutputStream(file)) {
                long left = maxFileBytes;
                byte[] chunk = new byte[CHUNK];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    left -= read;
                    if (left < 0) {
                        throw new IOException("the results of a task have more than " + maxFileBytes
                                + " bytes (gateway.maxCaseBytes)");
                    }
                    out.write(chunk, 0, read);
                }
            }
            use.of(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** What is done with a file. */
    public interface Use<E extends Exception> {
        void of(Path file) throws IOException, E;
    }

    @Override
    public void close() throws IOException {
        delete(directory);
    }
}
