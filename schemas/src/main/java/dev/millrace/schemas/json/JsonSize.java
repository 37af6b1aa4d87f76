package dev.millrace.schemas.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** How many bytes a value takes in JSON. */
public final class JsonSize {
    private JsonSize() {}

    /** Exactly as {@link Json#MAPPER} writes it; found by writing it, so that no field is left out. Keeps nothing of it. */
    public static long of(Object value) {
        var counting = new Counting();
        try {
            Json.MAPPER.writeValue(counting, value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value cannot be written as JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counting.bytes;
    }

    private static final class Counting extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] written, int offset, int length) {
            bytes += length;
        }
    }
}
