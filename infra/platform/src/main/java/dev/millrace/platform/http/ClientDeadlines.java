package dev.millrace.platform.http;

import dev.millrace.platform.config.Settings;
import java.time.Duration;
import java.util.Set;

/**
 * How long a client waits for a server. Each bounds another way of being hung up.
 *
 * @param connect for a connection
 * @param firstByte from a request to the head of its answer, the sending of the request's body included
 * @param stall between two reads of an answer's body that bring something
 * @param overall for an answer's body, however steadily it comes
 */
public record ClientDeadlines(Duration connect, Duration firstByte, Duration stall, Duration overall) {
    public static final Set<String> KEYS =
            Set.of("client.connectMs", "client.firstByteMs", "client.stallMs", "client.overallMs");

    /** A service shares its time among all readers, and there may be many. */
    private static final int WAITS = 8;

    /** Long enough for a blob of 4 GiB over a slow line. */
    public static final ClientDeadlines DEFAULT = new ClientDeadlines(
            Duration.ofSeconds(3), Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofHours(1));

    /** For documents, which have some megabytes at most: each wait is at most so long, and all of one at most {@value #WAITS} times that. */
    public static ClientDeadlines ofDocuments(Duration each) {
        Duration connect = each.compareTo(DEFAULT.connect) < 0 ? each : DEFAULT.connect;
        return new ClientDeadlines(connect, each, each, each.multipliedBy(WAITS));
    }

    public static ClientDeadlines from(Settings settings) {
        return new ClientDeadlines(
                ms(settings, "client.connectMs", DEFAULT.connect),
                ms(settings, "client.firstByteMs", DEFAULT.firstByte),
                ms(settings, "client.stallMs", DEFAULT.stall),
                ms(settings, "client.overallMs", DEFAULT.overall));
    }

    private static Duration ms(Settings settings, String key, Duration fallback) {
        return Duration.ofMillis(settings.number(
                key, fallback.toMillis(), 100, Duration.ofDays(1).toMillis()));
    }
}
