package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Epoch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the writes of one decision. Each carries the decision's sequence as its timestamp, so the latest decision wins. */
final class Writes {
    static final int TASKS_PER_BUCKET = 1_000;

    private final Inserts inserts;
    private final long sequence;
    private final List<BoundStatement> statements = new ArrayList<>();

    Writes(Inserts inserts, long sequence) {
        this.inserts = inserts;
        this.sequence = sequence;
    }

    /** The columns of a row that a decision sets; the other columns keep their values. */
    static final class Row {
        private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

        Row set(String column, @Nullable Object value) {
            if (values.containsKey(column)) {
                throw new IllegalArgumentException("two values for " + column);
            }
            values.put(column, value);
            return this;
        }
    }

    void row(String table, Consumer<Row> columns) {
        var row = new Row();
        columns.accept(row);
        inserts.add(
                statements,
                table,
                String.join(",", row.values.keySet()),
                sequence,
                row.values.values().toArray(new @Nullable Object[0]));
    }

    void job(String jobId, Consumer<Row> columns) {
        row("jobs", row -> columns.accept(row.set("job_id", jobId)));
    }

    void task(String taskId, Consumer<Row> columns) {
        int index = Ids.indexOfTask(taskId);
        row(
                "tasks",
                row -> columns.accept(row.set("job_id", Ids.jobOfTask(taskId))
                        .set("bucket", index / TASKS_PER_BUCKET)
                        .set("task_index", index)));
    }

    void attempt(String taskId, int attempt, Epoch epoch, Consumer<Row> columns) {
        row(
                "attempts",
                row -> columns.accept(
                        row.set("task_id", taskId).set("attempt", attempt).set("epoch", epoch.toString())));
    }

    /** Removes the row with this key. Values that a later decision wrote stay. */
    void remove(String table, Map<String, Object> key) {
        inserts.remove(
                statements,
                table,
                List.copyOf(key.keySet()),
                sequence,
                key.values().toArray());
    }

    List<BoundStatement> statements() {
        return statements;
    }
}
