package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.schemas.event.JobCounts;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API shows it.
 *
 * @param run how often the job ran again; runs that began because a verdict was withdrawn count as well
 * @param scopes how many scopes it has; each has a set-up and a tear-down, which are tasks of the job but not counted
 * @param state submitted, running, cancelling, or a terminal state: passed, failed, infrastructure, cancelled, rejected
 */
public record JobView(
        String id,
        String name,
        String project,
        String owner,
        String pool,
        String priority,
        String state,
        @Nullable String reason,
        long submittedAtMs,
        @Nullable Long finishedAtMs,
        @Nullable Long estimatedEndMs,
        @Nullable String specDigest,
        @Nullable String planDigest,
        int run,
        @Nullable Long reopenedAtMs,
        int scopes,
        JobCounts counts) {
    public static final Set<String> STATES = Collections.unmodifiableSet(new LinkedHashSet<>(List.of(
            "submitted", "running", "cancelling", "passed", "failed", "infrastructure", "cancelled", "rejected")));

    static JobView of(Row row) {
        return new JobView(
                Rows.text(row, "job_id"),
                Rows.text(row, "name"),
                Rows.text(row, "project"),
                Rows.text(row, "owner"),
                Rows.text(row, "pool"),
                Rows.text(row, "priority"),
                Rows.text(row, "state"),
                row.getString("reason"),
                row.getLong("submitted_at"),
                Rows.number(row, "finished_at"),
                Rows.number(row, "estimated_end"),
                row.getString("spec_digest"),
                row.getString("plan_digest"),
                row.getInt("run"),
                Rows.number(row, "reopened_at"),
                row.getInt("scopes"),
                new JobCounts(
                        row.getInt("total"),
                        row.getInt("queued"),
                        row.getInt("running"),
                        row.getInt("passed"),
                        row.getInt("failed"),
                        row.getInt("flaky"),
                        row.getInt("timed_out"),
                        row.getInt("infrastructure"),
                        row.getInt("cancelled"),
                        row.getInt("retried")));
    }

    /** Returns the number of its tasks, with the set-ups and tear-downs of its scopes. */
    public int tasks() {
        return counts.total() + 2 * scopes;
    }

    /** Returns whether the job is in a terminal state. */
    public boolean finished() {
        return !state.equals("submitted") && !state.equals("running") && !state.equals("cancelling");
    }
}
