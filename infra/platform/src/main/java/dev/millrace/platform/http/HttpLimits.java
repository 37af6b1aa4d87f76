package dev.millrace.platform.http;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.work.Places;

/**
 * Limits on what a client may cost a server. The descriptions of the settings in {@link Keys} explain each limit. Times are in
 * milliseconds.
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
        int maxLargeAnswers,
        long maxBufferedBytes) {
    public static final HttpLimits DEFAULTS = new HttpLimits(
            10_000, 75_000, 300_000, 4_000, 60_000, 1_024, 64 << 10, 5_000, 10_000, 256 << 10, 2_000, 64, 64L << 20);

    /** Limits for a service that receives large files over networks that may stall for a moment. */
    public static final HttpLimits FOR_UPLOADS = new HttpLimits(
            10_000, 75_000, 300_000, 10_000, 120_000, 1_024, 64 << 10, 15_000, 30_000, 256 << 10, 2_000, 64, 64L << 20);

    /** Returns the slowest pace at which a transfer keeps its place in {@link Places} while others find none free. */
    public Places.Pace pace() {
        return new Places.Pace(busyBytesPerSecond, patienceMs);
    }

    /** Declares the settings for the limits of a server. */
    static final class Keys {
        private final Times times;
        private final Setting<Integer> minBytesPerSecond;
        private final Setting<Integer> busyBytesPerSecond;
        private final Setting<Integer> sendBufferBytes;
        private final Setting<Integer> maxConnections;
        private final Setting<Integer> maxLargeAnswers;
        private final Setting<Long> maxBufferedBytes;

        Keys(SettingsSection section, HttpLimits usual) {
            times = new Times(section, usual);
            minBytesPerSecond = section.smallBytes(
                    "minBytesPerSecond", usual.minBytesPerSecond, 1, 1 << 30, "Slowest pace of a body; see `stallMs`.");
            busyBytesPerSecond = section.smallBytes(
                    "busyBytesPerSecond",
                    usual.busyBytesPerSecond,
                    1,
                    1 << 30,
                    "If all places for bodies, uploads or readers are taken, one that is slower than this gets 503 and makes"
                            + " room for one that waits (ADR 0056).");
            sendBufferBytes = section.smallBytes(
                    "sendBufferBytes",
                    usual.sendBufferBytes,
                    16 << 10,
                    16 << 20,
                    "Size of the kernel's send buffer of a connection, which holds data that the client has not read.");
            maxConnections = section.integer(
                    "maxConnections",
                    usual.maxConnections,
                    1,
                    1_000_000,
                    "Connections at once. Further ones are closed.");
            maxLargeAnswers = section.integer(
                    "maxLargeAnswers",
                    usual.maxLargeAnswers,
                    1,
                    100_000,
                    "Responses of more than 64 KiB that clients are reading at once; each is in memory until it is read. Slow"
                            + " ones give way to others, see `busyBytesPerSecond`. If none is slow, further requests get 503.");
            maxBufferedBytes = section.bytes(
                    "maxBufferedBytes",
                    usual.maxBufferedBytes,
                    1 << 20,
                    1L << 40,
                    "Heap for bodies that are read as a whole and for the objects parsed from them. A quarter is reserved for"
                            + " bodies up to 1 MiB. Further requests get 503.");
        }

        HttpLimits from(Settings settings) {
            return new HttpLimits(
                    times.headMs.from(settings),
                    times.keepAliveMs.from(settings),
                    times.idleMs.from(settings),
                    times.stallMs.from(settings),
                    times.bodyMs.from(settings),
                    minBytesPerSecond.from(settings),
                    busyBytesPerSecond.from(settings),
                    times.patienceMs.from(settings),
                    times.readerMs.from(settings),
                    sendBufferBytes.from(settings),
                    maxConnections.from(settings),
                    maxLargeAnswers.from(settings),
                    maxBufferedBytes.from(settings));
        }
    }

    private static final class Times {
        private final Setting<Integer> headMs;
        private final Setting<Integer> keepAliveMs;
        private final Setting<Integer> idleMs;
        private final Setting<Integer> stallMs;
        private final Setting<Integer> bodyMs;
        private final Setting<Integer> patienceMs;
        private final Setting<Integer> readerMs;

        Times(SettingsSection section, HttpLimits usual) {
            headMs = section.shortMillis(
                    "headMs",
                    usual.headMs,
                    100,
                    600_000,
                    "Longest time from a connection to the end of its first request's head.");
            keepAliveMs = section.shortMillis(
                    "keepAliveMs",
                    usual.keepAliveMs,
                    1_000,
                    3_600_000,
                    "Longest time that an open connection goes without a request.");
            idleMs = section.shortMillis(
                    "idleMs",
                    usual.idleMs,
                    1_000,
                    86_400_000,
                    "Longest time that a connection goes without a byte in either direction.");
            stallMs = section.shortMillis(
                    "stallMs",
                    usual.stallMs,
                    100,
                    600_000,
                    "The window in which a body must bring `minBytesPerSecond` on average. A slower one gets 408.");
            bodyMs = section.shortMillis(
                    "bodyMs", usual.bodyMs, 100, 3_600_000, "Longest time for a body that is read as a whole.");
            patienceMs = section.shortMillis(
                    "patienceMs",
                    usual.patienceMs,
                    100,
                    600_000,
                    "Shortest time over which the pace of `busyBytesPerSecond` is measured.");
            readerMs = section.shortMillis(
                    "readerMs",
                    usual.readerMs,
                    100,
                    600_000,
                    "Longest time that a reader takes for 64 KiB. A slower one is dropped.");
        }
    }
}
