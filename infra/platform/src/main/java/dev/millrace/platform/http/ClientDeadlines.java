package dev.millrace.platform.http;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import java.time.Duration;

/**
 * How long a client waits for a server. Each deadline bounds a different way in which a request can hang.
 *
 * @param connect longest time to open a connection
 * @param firstByte longest time from the start of a request to the head of its answer, including the time to send the request's body
 * @param stall longest time without a byte of an answer's body
 * @param overall longest time for the whole body of an answer, even if its bytes arrive steadily
 */
public record ClientDeadlines(Duration connect, Duration firstByte, Duration stall, Duration overall) {
    /**
     * The whole body may take this many times as long as a single wait. A service shares its time among all readers, and there may be many.
     */
    private static final int WAITS = 8;

    /** Long enough for a blob of 4 GiB over a slow line. */
    public static final ClientDeadlines DEFAULT = new ClientDeadlines(
            Duration.ofSeconds(3), Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofHours(1));

    public static final SettingsSection SECTION = new SettingsSection(
            "client", "How long the gateway waits for the artifact service; commands always use the defaults");

    private static final Setting<Duration> CONNECT =
            SECTION.deadline("connectMs", DEFAULT.connect, "Longest time to open a connection.");
    private static final Setting<Duration> FIRST_BYTE = SECTION.deadline(
            "firstByteMs",
            DEFAULT.firstByte,
            "Longest time from a request to the head of its response, including the time to send the request's body.");
    private static final Setting<Duration> STALL =
            SECTION.deadline("stallMs", DEFAULT.stall, "Longest time without a byte of an answer's body.");
    private static final Setting<Duration> OVERALL =
            SECTION.deadline("overallMs", DEFAULT.overall, "Longest time for an answer's body as a whole.");

    /**
     * Returns deadlines for documents, which have a few megabytes at most. Each wait may take {@code each}, and the whole body of a
     * document {@value #WAITS} times as long.
     */
    public static ClientDeadlines ofDocuments(Duration each) {
        Duration connect = each.compareTo(DEFAULT.connect) < 0 ? each : DEFAULT.connect;
        return new ClientDeadlines(connect, each, each, each.multipliedBy(WAITS));
    }

    public static ClientDeadlines from(Settings settings) {
        return new ClientDeadlines(
                CONNECT.from(settings), FIRST_BYTE.from(settings), STALL.from(settings), OVERALL.from(settings));
    }
}
