package dev.millrace.gateway.api;

import dev.millrace.schemas.event.OutputPiece;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Both streams of an attempt in the order in which they were written, as far as its index tells; what the index does not list
 * comes last. Each line may begin with its time. Memory is one piece's buffer. For one thread; closes what it reads.
 */
final class CombinedOutput extends InputStream {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z' ").withZone(ZoneOffset.UTC);

    private final BufferedReader index;
    private final Map<String, InputStream> streams;
    private final Iterator<InputStream> unlisted;
    private final boolean timestamps;
    private byte[] prefix = new byte[0];
    private int prefixAt;
    private boolean lineBegins = true;
    private @Nullable InputStream current;
    private long left;
    private long atMs;
    private boolean indexed = true;

    /** @param streams by their names, of which one may be missing: its pieces are left out */
    CombinedOutput(BufferedReader index, Map<String, InputStream> streams, boolean timestamps) {
        this.index = index;
        this.streams = streams;
        this.unlisted = streams.values().iterator();
        this.timestamps = timestamps;
    }

    @Override
    public int read() throws IOException {
        while (true) {
            if (prefixAt < prefix.length) {
                return prefix[prefixAt++] & 0xff;
            }
            InputStream from = current;
            if (from == null || left == 0) {
                if (!next()) {
                    return -1;
                }
                continue;
            }
            if (timestamps && lineBegins && indexed) {
                prefix = TIME.format(Instant.ofEpochMilli(atMs)).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                prefixAt = 0;
                lineBegins = false;
                continue;
            }
            int read = from.read();
            if (read < 0) {
                left = 0;
                continue;
            }
            left--;
            lineBegins = read == '\n';
            return read;
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        while (!timestamps && length > 0) {
            InputStream from = current;
            if (from != null && left > 0) {
                int read = from.read(into, offset, (int) Math.min(length, left));
                if (read > 0) {
                    left -= read;
                    return read;
                }
                left = 0;
            }
            if (!next()) {
                return -1;
            }
        }
        int count = 0;
        while (count < length) {
            int read = read();
            if (read < 0) {
                break;
            }
            into[offset + count++] = (byte) read;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    /** Whether there is another piece; its bytes are next. */
    private boolean next() throws IOException {
        while (indexed) {
            String line = index.readLine();
            OutputPiece piece = line == null ? null : OutputPiece.parse(line).orElse(null);
            if (piece == null) {
                // Also where a task that could reach it has spoilt it: the output itself is still all there.
                indexed = false;
                break;
            }
            InputStream stream = streams.get(piece.stream());
            if (stream != null) {
                current = stream;
                left = piece.length();
                atMs = piece.atMs();
                return true;
            }
        }
        if (!unlisted.hasNext()) {
            return false;
        }
        current = unlisted.next();
        left = Long.MAX_VALUE;
        return true;
    }

    @Override
    public void close() throws IOException {
        index.close();
        for (InputStream stream : streams.values()) {
            stream.close();
        }
    }
}
