package dev.millrace.schemas.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.millrace.schemas.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The results of a task's units on their way through an event: in it while they are small, else in a blob it refers to. An event
 * that goes from topic to topic grows, so that they leave most of its room to the rest.
 *
 * @param inline what the event holds; empty if there is a blob
 * @param blob one JSON object a line, to be stored before the event is published
 */
public record UnitResults(List<UnitResult> inline, Optional<byte[]> blob) {
    /** A small part of an event's largest size. */
    public static final int MAX_INLINE_BYTES = 32 * 1024;

    private static final ObjectReader READER = Json.MAPPER.readerFor(UnitResult.class);

    /** Decides where {@code units} travel. */
    public static UnitResults of(List<UnitResult> units) {
        var lines = new ByteArrayOutputStream();
        try {
            for (UnitResult unit : units) {
                lines.writeBytes(Json.MAPPER.writeValueAsBytes(unit));
                lines.write('\n');
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("unit results are always writable as JSON", e);
        }
        return lines.size() <= MAX_INLINE_BYTES
                ? new UnitResults(List.copyOf(units), Optional.empty())
                : new UnitResults(List.of(), Optional.of(lines.toByteArray()));
    }

    /**
     * Reads a {@link #blob} whose digest the caller has checked.
     *
     * @throws IOException when it is not what {@link #of} makes, whoever stored it
     */
    public static List<UnitResult> read(byte[] blob) throws IOException {
        try (MappingIterator<UnitResult> lines = READER.readValues(blob)) {
            return Json.complete(new ArrayList<>(lines.readAll()));
        }
    }
}
