package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;

/** Shows the progress of a job. For use by one thread. */
public interface Progress extends AutoCloseable {
    /** Shows new counts, which are in the gateway's {@code counts} object. */
    void counts(JsonNode counts);

    /** Shows a line that must stay visible, such as a failure. */
    void line(String text);

    @Override
    void close();
}
