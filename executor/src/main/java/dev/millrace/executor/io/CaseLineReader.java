package dev.millrace.executor.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a file of case lines one by one, up to a number of bytes. Holds no more than a line. For one thread. */
final class CaseLineReader implements Closeable {
    /** No result has a longer line. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private final InputStream in;
    private final long maxBytes;
    private long bytes;
    private long leftOut;
    private boolean atEnd;

    CaseLineReader(Path file, long maxBytes) throws IOException {
        this.in = new BufferedInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), 1 << 16);
        this.maxBytes = maxBytes;
    }

    /** The next line that is not too long; null at the end of the file or the limit. */
    @Nullable
    String next() throws IOException {
        var line = new ByteArrayOutputStream(256);
        while (!atEnd) {
            int value = in.read();
            atEnd = value < 0;
            bytes += atEnd ? 0 : 1;
            if (value == '\n' || (atEnd && line.size() > 0)) {
                if (bytes > maxBytes) {
                    leftOut++;
                } else if (line.size() > MAX_LINE_BYTES) {
                    leftOut++;
                    line.reset();
                } else {
                    return line.toString(StandardCharsets.UTF_8);
                }
                line.reset();
            } else if (value >= 0 && line.size() <= MAX_LINE_BYTES && bytes <= maxBytes) {
                line.write(value);
            } else if (value >= 0 && line.size() == 0) {
                // Remembers that there is a line, which the limit has cut.
                line.write(value);
            }
        }
        return null;
    }

    /** Lines that were too long or beyond the limit. */
    long leftOut() {
        return leftOut;
    }

    /** Whether there is more than may be read. */
    boolean isOverLimit() {
        return bytes > maxBytes;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
