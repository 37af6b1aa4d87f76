package dev.millrace.platform.http;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.work.Places;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Limits on the cost of one client to a server. Times are in milliseconds.
 *
 * @param headMs from the connection to the end of its first request's head; later heads have {@code keepAliveMs}
 * @param keepAliveMs an open connection may go without a request
 * @param idleMs a connection may go without a byte in either direction, whatever it is used for
 * @param stallMs the window in which a body must bring at least {@code minBytesPerSecond} on average
 * @param bodyMs for a body that is read whole
 * @param minBytesPerSecond of a body, on average over each window of {@code stallMs}
 * @param busyBytesPerSecond that a body, an upload or a reader moves on average to be sure of its place; one that moves less is given
 *     up when another finds no room
 * @param patienceMs over which that average is taken at least
 * @param readerMs a reader may take for each piece of at most 64 KiB that is sent to it
 * @param sendBufferBytes that the system keeps of an answer for a connection; a reader that does not read costs that much
 * @param maxConnections at once; further ones are closed
 * @param maxBufferedBytes of all bodies that are read whole at once; further requests are to try again
 */
public record HttpLimits(
        int headMs,
        int keepAliveMs,
        int idleMs,
        int stallMs,
        int bodyMs,
        int minBytesPerSecond,
        int busyBytesPerSecond,
        int patienceMs,
        int readerMs,
        int sendBufferBytes,
        int maxConnections,
        long maxBufferedBytes) {
    public static final HttpLimits DEFAULTS = new HttpLimits(
            10_000, 75_000, 300_000, 4_000, 60_000, 1_024, 64 << 10, 5_000, 10_000, 256 << 10, 2_000, 64L << 20);

    /** For a service whose bodies are large files from anywhere, which a network may hold up for a moment. */
    public static final HttpLimits FOR_UPLOADS = new HttpLimits(
            10_000, 75_000, 300_000, 10_000, 120_000, 1_024, 64 << 10, 15_000, 30_000, 256 << 10, 2_000, 64L << 20);

    private static final List<String> NAMES = List.of(
            "headMs",
            "keepAliveMs",
            "idleMs",
            "stallMs",
            "bodyMs",
            "minBytesPerSecond",
            "busyBytesPerSecond",
            "patienceMs",
            "readerMs",
            "sendBufferBytes",
            "maxConnections",
            "maxBufferedBytes");

    /** The pace at which a transfer keeps its place while others find no room. */
    public Places.Pace pace() {
        return new Places.Pace(busyBytesPerSecond, patienceMs);
    }

    static Set<String> keys(String section) {
        var keys = new TreeSet<String>();
        NAMES.forEach(name -> keys.add(section + "." + name));
        return keys;
    }

    static HttpLimits from(Settings settings, String section, HttpLimits defaults) {
        return new HttpLimits(
                settings.integer(section + ".headMs", defaults.headMs, 100, 600_000),
                settings.integer(section + ".keepAliveMs", defaults.keepAliveMs, 1_000, 3_600_000),
                settings.integer(section + ".idleMs", defaults.idleMs, 1_000, 86_400_000),
                settings.integer(section + ".stallMs", defaults.stallMs, 100, 600_000),
                settings.integer(section + ".bodyMs", defaults.bodyMs, 100, 3_600_000),
                settings.integer(section + ".minBytesPerSecond", defaults.minBytesPerSecond, 1, 1 << 30),
                settings.integer(section + ".busyBytesPerSecond", defaults.busyBytesPerSecond, 1, 1 << 30),
                settings.integer(section + ".patienceMs", defaults.patienceMs, 100, 600_000),
                settings.integer(section + ".readerMs", defaults.readerMs, 100, 600_000),
                settings.integer(section + ".sendBufferBytes", defaults.sendBufferBytes, 16 << 10, 16 << 20),
                settings.integer(section + ".maxConnections", defaults.maxConnections, 1, 1_000_000),
                settings.number(section + ".maxBufferedBytes", defaults.maxBufferedBytes, 1 << 20, 1L << 40));
    }
}
