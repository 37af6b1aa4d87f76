package dev.millrace.gateway.output;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Puts a timestamp before each line of output that arrives in pieces. For use by one thread. */
public final class LineTimes {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z' ").withZone(ZoneOffset.UTC);

    private boolean lineBegins = true;

    /** Returns the timestamp that is put before a line, in ASCII. */
    static byte[] prefix(long atMs) {
        return TIME.format(Instant.ofEpochMilli(atMs)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns whether the next byte begins a line. */
    public boolean lineBegins() {
        return lineBegins;
    }

    /** Returns the next piece with a timestamp before each line that begins in it. All of them get the same time. */
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
