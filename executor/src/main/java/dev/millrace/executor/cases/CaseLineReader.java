package dev.millrace.executor.cases;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of case lines one by one, up to a number of bytes and of lines. Lines after that are counted, but only in the next {@link
 * #COUNTED_BYTES} bytes, because a task can create a sparse file of 10 GiB. Holds at most one block and one line in memory. For one thread.
 */
final class CaseLineReader implements Closeable {
    /** The longest line of a result; longer ones are left out. */
    static final int MAX_LINE_BYTES = 1 << 20;

    /** How many bytes after the limit are searched for further lines, which takes about a tenth of a second. */
    static final int COUNTED_BYTES = 64 << 20;

    private final InputStream in;
    private final byte[] block = new byte[1 << 16];
    private final long maxBytes;
    private final long maxLines;
    private int at;
    private int end;
    private long bytes;
    private long lines;
    private long leftOut;
    private boolean overLimit;
    private boolean uncounted;

    /** Reads a file that the platform has written, without limits. */
    CaseLineReader(Path file) throws IOException {
        this(file, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    CaseLineReader(Path file, long maxBytes, long maxLines) throws IOException {
        this.in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        this.maxBytes = maxBytes;
        this.maxLines = maxLines;
    }

    /** Returns the next line that is not too long; null at the end of the file or at a limit. */
    @Nullable
    String next() throws IOException {
        while (!overLimit && hasMore()) {
            if (lines == maxLines) {
                leaveOutRest(false);
                return null;
            }
            String line = line();
            if (line != null) {
                return line;
            }
        }
        return null;
    }

    /** Reads one line. Returns null if the line is too long or beyond the limit on bytes. */
    private @Nullable String line() throws IOException {
        var line = new ByteArrayOutputStream(256);
        while (hasMore()) {
            if (bytes == maxBytes) {
                leaveOutRest(line.size() > 0);
                return null;
            }
            bytes++;
            byte value = block[at++];
            if (value == '\n') {
                break;
            }
            if (line.size() <= MAX_LINE_BYTES) {
                line.write(value);
            }
        }
        lines++;
        if (line.size() > MAX_LINE_BYTES) {
            leftOut++;
            return null;
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Counts the remaining lines as left out, within the next {@link #COUNTED_BYTES} bytes. */
    private void leaveOutRest(boolean begun) throws IOException {
        overLimit = true;
        boolean inLine = begun;
        for (int count = 0; hasMore() && !uncounted; count++) {
            uncounted = count == COUNTED_BYTES;
            inLine = block[at++] != '\n';
            leftOut += inLine ? 0 : 1;
        }
        leftOut += inLine ? 1 : 0;
    }

    private boolean hasMore() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(block));
        }
        return at < end;
    }

    /** Returns how many lines were too long or beyond a limit. */
    long leftOut() {
        return leftOut;
    }

    /** Returns whether more lines were left out than {@link #leftOut} says. */
    boolean isUncounted() {
        return uncounted;
    }

    /** Returns whether the file has more bytes or lines than may be read. */
    boolean isOverLimit() {
        return overLimit;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
