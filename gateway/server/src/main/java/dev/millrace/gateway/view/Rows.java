package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Converts the columns of a row to values. */
final class Rows {
    private Rows() {}

    static String text(Row row, String column) {
        String value = row.getString(column);
        return value == null ? "" : value;
    }

    static @Nullable Long number(Row row, String column) {
        return row.isNull(column) ? null : (Long) row.getLong(column);
    }

    static @Nullable AttemptResult result(Row row) {
        return json(row, "result", AttemptResult.class);
    }

    static <T> @Nullable T json(Row row, String column, Class<T> type) {
        String json = row.getString(column);
        try {
            return json == null ? null : Json.MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException("a stored " + column + " cannot be read", e);
        }
    }
}
