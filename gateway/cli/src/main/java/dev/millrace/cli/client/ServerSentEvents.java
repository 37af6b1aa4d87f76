package dev.millrace.cli.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads server-sent events as in section 9.2 of the HTML standard, but only the part that this gateway uses: lines end with a line feed.
 * One thread reads; another thread may ask when the last line came, and may close the stream.
 */
final class ServerSentEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSentEvents.class);

    /** Far more than the largest event that a Kafka topic accepts. */
    private static final int MAX_EVENT_BYTES = 16 << 20;

    private final InputStream in;
    private volatile long lastHeardNanos = System.nanoTime();

    ServerSentEvents(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** One event; those without a name are called "message". */
    record Event(String name, String data) {}

    /** Waits for the next event. Empty at the end of the stream; an incomplete event at the end is ignored. */
    Optional<Event> next() throws IOException {
        String name = "message";
        var data = new StringBuilder();
        boolean hasData = false;
        for (Optional<String> line = line(); line.isPresent(); line = line()) {
            String text = line.get();
            if (text.isEmpty()) {
                if (hasData) {
                    return Optional.of(new Event(name, data.toString()));
                }
                name = "message";
            } else if (field(text, "data").isPresent()) {
                data.append(hasData ? "\n" : "").append(field(text, "data").get());
                hasData = true;
                if (data.length() > MAX_EVENT_BYTES) {
                    throw new IOException("an event has more than " + MAX_EVENT_BYTES + " bytes");
                }
            } else {
                name = field(text, "event").orElse(name);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the value of a line that is the field {@code name}; empty for other lines. Comments, which only show that the server is
     * alive, are not fields.
     */
    private static Optional<String> field(String line, String name) {
        if (!line.startsWith(name + ":")) {
            return Optional.empty();
        }
        String value = line.substring(name.length() + 1);
        return Optional.of(value.startsWith(" ") ? value.substring(1) : value);
    }

    private Optional<String> line() throws IOException {
        var line = new ByteArrayOutputStream(1024);
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                lastHeardNanos = System.nanoTime();
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
            line.write(next);
            if (line.size() > MAX_EVENT_BYTES) {
                throw new IOException("an event has more than " + MAX_EVENT_BYTES + " bytes");
            }
        }
        return Optional.empty();
    }

    /** When the last line came, on the clock of {@link System#nanoTime}. */
    long lastHeardNanos() {
        return lastHeardNanos;
    }

    /** Ends the connection; a reader that waits for an event gets an exception. */
    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e).log("a stream of events cannot be closed");
        }
    }
}
