package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;

/** Shows how far a job is. Called from one thread. */
public interface Progress extends AutoCloseable {
    /** New counts, as the gateway's {@code counts} object. */
    void counts(JsonNode counts);

    /** A line worth keeping, such as a failure. */
    void line(String text);

    @Override
    void close();
}
