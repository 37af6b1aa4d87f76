package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import dev.millrace.schemas.json.JsonShape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Inserts and removals, each prepared once. Preparing blocks; for the projector's worker thread alone. */
final class Inserts {
    private final CqlSession session;
    private final String keyspace;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Inserts(CqlSession session, String keyspace) {
        this.session = session;
        this.keyspace = keyspace;
    }

    /**
     * Adds an insert to {@code out}.
     *
     * @param timestamp of the write: of two for one cell the higher wins
     * @param values one for each column
     */
    void add(List<BoundStatement> out, String table, String columns, long timestamp, @Nullable Object... values) {
        PreparedStatement statement = prepared.computeIfAbsent(
                table + ":" + columns,
                key -> session.prepare("INSERT INTO " + keyspace + "." + table + " (" + columns + ") VALUES ("
                        + "?,".repeat(values.length - 1) + "?) USING TIMESTAMP ?"));
        @Nullable Object[] bound = Arrays.copyOf(values, values.length + 1);
        for (int i = 0; i < values.length; i++) {
            bound[i] = encodable(values[i]);
        }
        bound[values.length] = timestamp;
        out.add(statement.bind(bound));
    }

    /** Half a surrogate pair cannot be stored, and a text that has one, such as one that was cut, must not cost its event the place in the views. */
    static @Nullable Object encodable(@Nullable Object value) {
        return value instanceof String text && !JsonShape.isUnicode(text)
                ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                : value;
    }

    /**
     * Adds the removal of a row to {@code out}.
     *
     * @param key the columns of the primary key
     * @param timestamp of the removal: what was written later stays
     * @param values one for each column
     */
    void remove(List<BoundStatement> out, String table, List<String> key, long timestamp, Object... values) {
        PreparedStatement statement = prepared.computeIfAbsent(
                table + "-" + key,
                it -> session.prepare("DELETE FROM " + keyspace + "." + table + " USING TIMESTAMP ? WHERE "
                        + String.join(" = ? AND ", key) + " = ?"));
        @Nullable Object[] bound = new @Nullable Object[values.length + 1];
        bound[0] = timestamp;
        System.arraycopy(values, 0, bound, 1, values.length);
        out.add(statement.bind(bound));
    }
}
