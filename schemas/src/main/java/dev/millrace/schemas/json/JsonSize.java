package dev.millrace.schemas.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Computes the size of a value's JSON in bytes. */
public final class JsonSize {
    private JsonSize() {}

    /**
     * Returns the exact number of bytes that {@link Json#MAPPER} writes for {@code value}. It writes the JSON and counts the bytes without
     * storing them.
     */
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
