package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.schemas.event.AttemptResult;
import org.jspecify.annotations.Nullable;

/** An attempt as the API shows it. */
public record AttemptView(
        int attempt,
        String epoch,
        @Nullable String executor,
        @Nullable Integer slot,
        String state,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable Long placedAtMs,
        @Nullable Long startedAtMs,
        @Nullable Long finishedAtMs,
        @Nullable AttemptResult result) {

    static AttemptView of(Row row) {
        return new AttemptView(
                row.getInt("attempt"),
                Rows.text(row, "epoch"),
                row.getString("executor_id"),
                row.isNull("slot") ? null : (Integer) row.getInt("slot"),
                Rows.text(row, "state"),
                row.getString("outcome"),
                row.getString("reason"),
                Rows.number(row, "placed_at"),
                Rows.number(row, "started_at"),
                Rows.number(row, "finished_at"),
                Rows.result(row));
    }

    public boolean done() {
        return state.equals("done");
    }
}
