package dev.millrace.gateway.output;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Puts the time before each line of output that comes in pieces. For one thread. */
public final class LineTimes {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z' ").withZone(ZoneOffset.UTC);

    private boolean lineBegins = true;

    /** The prefix of a line, in ASCII. */
    static byte[] prefix(long atMs) {
        return TIME.format(Instant.ofEpochMilli(atMs)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether the next byte begins a line. */
    public boolean lineBegins() {
        return lineBegins;
    }

    /** The next piece; all of it has one time. */
    byte[] stamped(byte[] piece, long atMs) {
        var stamped = new ByteArrayOutputStream(piece.length + 64);
        byte[] prefix = prefix(atMs);
        for (byte value : piece) {
            if (lineBegins) {
                stamped.writeBytes(prefix);
            }
            stamped.write(value);
            lineBegins = value == '\n';
        }
        return stamped.toByteArray();
    }
}
