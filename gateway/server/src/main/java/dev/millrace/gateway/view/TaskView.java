package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.history.FlakyVerdict;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task as the API shows it.
 *
 * @param state queued, placed, running or done
 * @param verdict the verdict; null until the task is done
 * @param decidedBy number of the attempt that gave the verdict, if one did
 * @param knownFlaky the finding that the test is flaky, if the task does not gate for this reason; null otherwise
 * @param scope id of the scope that it belongs to; null for none
 * @param role setup or teardown if it is one of its scope; null for a test
 * @param result the result of the attempt that gave the verdict
 */
public record TaskView(
        String id,
        String job,
        int index,
        String name,
        String historyKey,
        String state,
        @Nullable String verdict,
        @Nullable String outcome,
        @Nullable String reason,
        int attempts,
        @Nullable Integer decidedBy,
        boolean flaky,
        boolean gating,
        @Nullable FlakyVerdict knownFlaky,
        @Nullable String executor,
        @Nullable Long estimateMs,
        @Nullable String estimateSource,
        @Nullable Long queuedAtMs,
        @Nullable Long startedAtMs,
        @Nullable Long finishedAtMs,
        @Nullable Long durationMs,
        @Nullable String scope,
        @Nullable String role,
        @Nullable AttemptResult result) {

    static TaskView of(Row row) {
        return new TaskView(
                Rows.text(row, "task_id"),
                Rows.text(row, "job_id"),
                row.getInt("task_index"),
                Rows.text(row, "name"),
                Rows.text(row, "history_key"),
                Rows.text(row, "state"),
                row.getString("verdict"),
                row.getString("outcome"),
                row.getString("reason"),
                row.getInt("attempts"),
                row.isNull("decided_by") ? null : (Integer) row.getInt("decided_by"),
                row.getBoolean("flaky"),
                row.getBoolean("gating"),
                Rows.json(row, "known_flaky", FlakyVerdict.class),
                row.getString("executor_id"),
                Rows.number(row, "estimate_ms"),
                row.getString("estimate_source"),
                Rows.number(row, "queued_at"),
                Rows.number(row, "started_at"),
                Rows.number(row, "finished_at"),
                Rows.number(row, "duration_ms"),
                row.getString("scope"),
                row.getString("role"),
                Rows.result(row));
    }

    /** The values of {@link #status}. */
    public static final Set<String> STATUSES = Collections.unmodifiableSet(new LinkedHashSet<>(
            List.of("queued", "placed", "running", "passed", "failed", "infrastructure", "cancelled")));

    /** Returns the value that {@code --status} filters by: the verdict if there is one, otherwise the state. */
    @JsonIgnore
    public String status() {
        return verdict != null ? verdict : state;
    }
}
