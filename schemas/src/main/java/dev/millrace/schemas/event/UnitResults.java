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
 * The results of a task's units, prepared for an event. Small results are in the event itself; larger ones are in a blob that the event
 * refers to. The limit is much lower than the largest size of an event, because the results are copied into later events that contain more
 * data.
 *
 * @param inline the results in the event itself; empty if there is a blob
 * @param blob the results as one JSON object per line; must be stored before the event is published
 */
public record UnitResults(List<UnitResult> inline, Optional<byte[]> blob) {
    /** The largest size of inline results; a small part of the largest size of an event. */
    public static final int MAX_INLINE_BYTES = 32 * 1024;

    private static final ObjectReader READER = Json.MAPPER.readerFor(UnitResult.class);

    /** Decides whether {@code units} are in the event itself or in a blob. */
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
     * @throws IOException when the blob does not have the format that {@link #of} writes
     */
    public static List<UnitResult> read(byte[] blob) throws IOException {
        try (MappingIterator<UnitResult> lines = READER.readValues(blob)) {
            return Json.complete(new ArrayList<>(lines.readAll()));
        }
    }
}
