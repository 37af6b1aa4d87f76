package dev.millrace.gateway.output;

import dev.millrace.schemas.event.OutputPiece;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Both streams of an attempt in the order in which they were written, as far as the output index lists it. Output that the index does not
 * list comes last. Each line may begin with its time. Only small buffers are held in memory. For use by one thread. Closing it closes the
 * index and the streams.
 */
public final class CombinedOutput extends InputStream {
    private final BufferedReader index;
    private final Map<String, InputStream> streams;
    private final Iterator<Map.Entry<String, InputStream>> unlisted;
    private final Map<String, Long> known;
    private final Map<String, Long> reached = new HashMap<>();
    private final boolean timestamps;
    private byte[] prefix = new byte[0];
    private int prefixAt;
    private boolean lineBegins;
    private @Nullable InputStream current;
    private long left;
    private long atMs;
    private boolean indexed = true;

    /** @param streams the streams by name; if one is missing, its pieces are left out */
    public CombinedOutput(BufferedReader index, Map<String, InputStream> streams, boolean timestamps) {
        this(index, streams, timestamps, Map.of(), true);
    }

    /**
     * Continues after the output that the reader has already received.
     *
     * @param known number of bytes of each stream that the reader has already received, by the name of the stream
     * @param lineBegins whether the next byte for the reader begins a line
     */
    public CombinedOutput(
            BufferedReader index,
            Map<String, InputStream> streams,
            boolean timestamps,
            Map<String, Long> known,
            boolean lineBegins) {
        this.index = index;
        this.streams = streams;
        this.unlisted = streams.entrySet().iterator();
        this.timestamps = timestamps;
        this.known = known;
        this.lineBegins = lineBegins;
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
                prefix = LineTimes.prefix(atMs);
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

    /** Moves to the next piece. Returns false if there is none. */
    private boolean next() throws IOException {
        while (indexed) {
            String line = index.readLine();
            OutputPiece piece = line == null ? null : OutputPiece.parse(line).orElse(null);
            if (piece == null) {
                // The index ends here, or a task that had access to it has damaged it. The output itself is still
                // complete.
                indexed = false;
                break;
            }
            InputStream stream = streams.get(piece.stream());
            if (stream != null) {
                long skipped = skipKnown(piece.stream(), stream, piece.length());
                if (skipped < piece.length()) {
                    current = stream;
                    left = piece.length() - skipped;
                    atMs = piece.atMs();
                    return true;
                }
            }
        }
        if (!unlisted.hasNext()) {
            return false;
        }
        Map.Entry<String, InputStream> rest = unlisted.next();
        skipKnown(rest.getKey(), rest.getValue(), Long.MAX_VALUE);
        current = rest.getValue();
        left = Long.MAX_VALUE;
        return true;
    }

    /** Skips those of the next {@code length} bytes of a stream that the reader has already received, and returns how many these are. */
    private long skipKnown(String name, InputStream stream, long length) throws IOException {
        long from = reached.getOrDefault(name, 0L);
        long skip = Math.max(0, Math.min(length, known.getOrDefault(name, 0L) - from));
        long left = skip;
        // A stream that was truncated is shorter than the part of it that the reader received live.
        for (long passed = 1; left > 0 && passed > 0; left -= passed) {
            passed = stream.skip(left);
            if (passed == 0 && stream.read() >= 0) {
                passed = 1;
            }
        }
        reached.put(name, from + Math.min(length, Long.MAX_VALUE - from));
        return skip;
    }

    @Override
    public void close() throws IOException {
        index.close();
        for (InputStream stream : streams.values()) {
            stream.close();
        }
    }
}
