package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The executors of a pool as the dispatcher sees them. Safe for concurrent use. */
public final class ExecutorViews {
    private static final int MOST = 10_000;

    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement ofPool;
    private final PreparedStatement one;

    /**
     * An executor.
     *
     * @param joinedAtMs when its present life began
     * @param markedBy who gave it its standing, if it was not always so
     * @param taskSettings what of its configuration shapes the tasks it runs
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

    public ExecutorViews(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        this.ofPool =
                session.prepare("SELECT * FROM " + settings.keyspace() + ".executors WHERE pool = ? LIMIT " + MOST);
        this.one = session.prepare(
                "SELECT incarnation FROM " + settings.keyspace() + ".executors WHERE pool = ? AND executor_id = ?");
    }

    /** The executors of a pool, at most {@value #MOST}. */
    public Future<List<ExecutorView>> ofPool(String pool) {
        return collect(session.executeAsync(ofPool.bind(pool)), new ArrayList<>());
    }

    private Future<List<ExecutorView>> collect(CompletionStage<AsyncResultSet> next, List<ExecutorView> executors) {
        return Future.fromCompletionStage(next, vertx.getOrCreateContext()).compose(page -> {
            for (Row row : page.currentPage()) {
                // A mark may outlive its executor; such a row has nothing else.
                if (!row.isNull("incarnation")) {
                    executors.add(executor(row));
                }
            }
            return page.hasMorePages() ? collect(page.fetchNextPage(), executors) : Future.succeededFuture(executors);
        });
    }

    public Future<Boolean> exists(String pool, String executorId) {
        return Future.fromCompletionStage(session.executeAsync(one.bind(pool, executorId)), vertx.getOrCreateContext())
                .map(found -> {
                    Row row = found.one();
                    return row != null && !row.isNull("incarnation");
                });
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
