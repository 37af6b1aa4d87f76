package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.schemas.Ids;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the scopes of jobs, and the domains of a pool. */
public final class ScopeViews {
    /** Largest number of epochs that are read of a scope, the newest ones. */
    private static final int MOST_EPOCHS = 100;

    /** Largest number of domains that are read of a pool. */
    private static final int MOST_DOMAINS = 1_000;

    private final Query ofJob;
    private final Query one;
    private final Query epochs;
    private final Query domains;
    private final Query domain;

    /**
     * A scope.
     *
     * @param setup id of the task that sets it up
     * @param teardown id of the task that tears it down
     * @param maxParallel null for no limit
     * @param state pending, setting up, active, draining, tearing down, closed or quarantined
     * @param epoch number of its last epoch; 0 if it was never opened
     * @param reason why it is in this state, if there is something to say
     */
    public record ScopeView(
            String id,
            String job,
            String domain,
            String setup,
            String teardown,
            @Nullable Integer maxParallel,
            long maxHoldMs,
            String onTeardownFailure,
            String state,
            int epoch,
            @Nullable String reason,
            long changedAtMs) {
        static ScopeView of(Row row) {
            String job = Rows.text(row, "job_id");
            int setup = row.getInt("setup_index");
            return new ScopeView(
                    Rows.text(row, "scope"),
                    job,
                    Rows.text(row, "domain"),
                    Ids.taskId(job, setup),
                    Ids.taskId(job, setup + 1),
                    row.isNull("max_parallel") ? null : (Integer) row.getInt("max_parallel"),
                    row.getLong("max_hold_ms"),
                    Rows.text(row, "on_teardown_failure"),
                    Rows.text(row, "state"),
                    row.getInt("epoch"),
                    row.getString("reason"),
                    row.getLong("changed_at"));
        }
    }

    /**
     * One time that a scope held its domain. The times are null for what has not happened.
     *
     * @param context digest of the tree that its set-up left
     * @param isolationWaived whether its tear-down failed and the next scope was opened nevertheless
     */
    public record EpochView(
            int epoch,
            String state,
            @Nullable String reason,
            @Nullable String context,
            boolean isolationWaived,
            @Nullable Long openedAtMs,
            @Nullable Long activeAtMs,
            @Nullable Long warnedAtMs,
            @Nullable Long drainingAtMs,
            @Nullable String drainingReason,
            @Nullable Long tearingDownAtMs,
            @Nullable Long closedAtMs,
            @Nullable Long heldMs) {
        static EpochView of(Row row) {
            return new EpochView(
                    row.getInt("epoch"),
                    Rows.text(row, "state"),
                    row.getString("reason"),
                    row.getString("context"),
                    row.getBoolean("isolation_waived"),
                    Rows.number(row, "opened_at"),
                    Rows.number(row, "active_at"),
                    Rows.number(row, "warned_at"),
                    Rows.number(row, "draining_at"),
                    row.getString("draining_reason"),
                    Rows.number(row, "tearing_down_at"),
                    Rows.number(row, "closed_at"),
                    Rows.number(row, "held_ms"));
        }
    }

    /**
     * A domain that is not free.
     *
     * @param state the state of the scope that holds it, or quarantined
     * @param job job of that scope, or of the scope whose tear-down failed
     * @param sinceMs since when the scope holds it, or since when it is quarantined
     * @param reason why it is quarantined; null if it is not
     */
    public record DomainView(
            String pool,
            String domain,
            String state,
            String job,
            String scope,
            int epoch,
            @Nullable String owner,
            long sinceMs,
            @Nullable String reason) {
        static DomainView of(Row row) {
            return new DomainView(
                    Rows.text(row, "pool"),
                    Rows.text(row, "domain"),
                    Rows.text(row, "state"),
                    Rows.text(row, "job_id"),
                    Rows.text(row, "scope"),
                    row.getInt("epoch"),
                    row.getString("owner"),
                    row.getLong("since"),
                    row.getString("reason"));
        }

        public boolean isQuarantined() {
            return state.equals("quarantined");
        }
    }

    public ScopeViews(Cassandra cassandra) {
        String keyspace = cassandra.keyspace();
        ofJob = cassandra.query("SELECT * FROM " + keyspace + ".scopes WHERE job_id = ?");
        one = cassandra.query("SELECT * FROM " + keyspace + ".scopes WHERE job_id = ? AND scope = ?");
        epochs = cassandra.query(
                "SELECT * FROM " + keyspace + ".scope_epochs WHERE job_id = ? AND scope = ? LIMIT " + MOST_EPOCHS);
        domains = cassandra.query("SELECT * FROM " + keyspace + ".domains WHERE pool = ? LIMIT " + MOST_DOMAINS);
        domain = cassandra.query("SELECT * FROM " + keyspace + ".domains WHERE pool = ? AND domain = ?");
    }

    /** Returns the scopes of a job, by their ids. A job has at most a thousand. */
    public Future<List<ScopeView>> ofJob(String jobId) {
        return ofJob.rows(jobId).map(rows -> rows.stream()
                .filter(row -> row.getString("on_teardown_failure") != null)
                .map(ScopeView::of)
                .toList());
    }

    public Future<Optional<ScopeView>> scope(String jobId, String id) {
        return one.one(jobId, id).map(found -> found.filter(row -> row.getString("on_teardown_failure") != null)
                .map(ScopeView::of));
    }

    /** Returns the epochs of a scope, the newest first, at most {@value #MOST_EPOCHS}. */
    public Future<List<EpochView>> epochs(String jobId, String id) {
        return epochs.rows(jobId, id).map(rows -> rows.stream()
                .filter(row -> row.getString("state") != null)
                .map(EpochView::of)
                .toList());
    }

    /** Returns the domains of a pool that are held or quarantined, at most {@value #MOST_DOMAINS}. */
    public Future<List<DomainView>> domains(String pool) {
        return domains.rows(pool).map(rows -> rows.stream()
                .filter(row -> row.getString("job_id") != null)
                .map(DomainView::of)
                .toList());
    }

    /** Returns the domain if it is held or quarantined. */
    public Future<Optional<DomainView>> domain(String pool, String name) {
        return domain.one(pool, name).map(found -> found.filter(row -> row.getString("job_id") != null)
                .map(DomainView::of));
    }
}
