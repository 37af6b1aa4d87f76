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

/** Creates inserts and removals, and prepares each statement once. Preparing blocks, so only the projector's worker thread may use this. */
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
     * @param timestamp timestamp of the write; of two writes to the same cell, the one with the higher timestamp wins
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

    /**
     * Replaces unpaired surrogates, which Cassandra cannot store. A string that was shortened may contain one, and its event must appear in
     * the views nevertheless.
     */
    static @Nullable Object encodable(@Nullable Object value) {
        return value instanceof String text && !JsonShape.isUnicode(text)
                ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                : value;
    }

    /**
     * Adds the removal of a row to {@code out}.
     *
     * @param key the columns of the primary key
     * @param timestamp timestamp of the removal; values with a higher timestamp stay
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
