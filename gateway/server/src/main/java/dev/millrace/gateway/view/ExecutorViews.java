package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The executors of a pool as the dispatcher sees them. Safe for concurrent use. */
public final class ExecutorViews {
    private static final int MOST = 10_000;

    private final Query ofPool;
    private final Query one;

    /**
     * An executor.
     *
     * @param joinedAtMs when its present incarnation started
     * @param markedBy who last set its standing; null if nobody did
     * @param taskSettings the settings of the executor that affect how tasks run
     */
    public record ExecutorView(
            String id,
            String pool,
            String standing,
            @Nullable String reason,
            @Nullable String markedBy,
            int slots,
            String host,
            Map<String, String> labels,
            @Nullable Long cpuMillis,
            @Nullable Long memoryBytes,
            long joinedAtMs,
            Map<String, String> taskSettings) {}

    public ExecutorViews(Cassandra cassandra) {
        this.ofPool =
                cassandra.query("SELECT * FROM " + cassandra.keyspace() + ".executors WHERE pool = ? LIMIT " + MOST);
        this.one = cassandra.query(
                "SELECT incarnation FROM " + cassandra.keyspace() + ".executors WHERE pool = ? AND executor_id = ?");
    }

    /** The executors of a pool, at most {@value #MOST}. */
    public Future<List<ExecutorView>> ofPool(String pool) {
        // A standing that was set is kept after the executor has left; such a row has no other columns.
        return ofPool.rows(pool).map(rows -> rows.stream()
                .filter(row -> !row.isNull("incarnation"))
                .map(ExecutorViews::executor)
                .toList());
    }

    public Future<Boolean> exists(String pool, String executorId) {
        return one.one(pool, executorId)
                .map(found -> found.filter(row -> !row.isNull("incarnation")).isPresent());
    }

    private static ExecutorView executor(Row row) {
        Map<String, String> labels = row.getMap("labels", String.class, String.class);
        return new ExecutorView(
                Rows.text(row, "executor_id"),
                Rows.text(row, "pool"),
                Rows.text(row, "standing"),
                row.getString("reason"),
                row.getString("marked_by"),
                row.getInt("slots"),
                Rows.text(row, "host"),
                new TreeMap<>(Objects.requireNonNullElse(labels, Map.of())),
                row.isNull("cpu_millis") ? null : (Long) (long) row.getInt("cpu_millis"),
                Rows.number(row, "memory_bytes"),
                row.getLong("joined_at"),
                new TreeMap<>(
                        Objects.requireNonNullElse(row.getMap("task_settings", String.class, String.class), Map.of())));
    }
}
