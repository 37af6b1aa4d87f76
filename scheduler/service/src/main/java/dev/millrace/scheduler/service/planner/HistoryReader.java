package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.history.SampleBuckets;
import dev.millrace.schemas.spec.JobSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Reads the runtime history of a project's suite: a range read per bucket, all of them at once, never blocking. */
final class HistoryReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** Of those that passed and of those that failed; more than count, since some may not be credible. */
    private static final int MAX_KEPT = 2 * RuntimeHistory.NEWEST;

    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement select;

    HistoryReader(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        this.select = session.prepare("SELECT test, duration_ms, outcome, finished_at, task_id FROM "
                + settings.keyspace() + ".runtime_samples WHERE project = ? AND suite = ? AND bucket = ?");
    }

    /** The history of what a job runs; fails when Cassandra does not answer in time. */
    Future<RuntimeHistory> read(JobSpec spec) {
        var suites = new ArrayList<String>();
        if (!spec.tasksOrNone().isEmpty()) {
            suites.add(PlanBuilder.NO_SUITE);
        }
        spec.suitesOrNone().forEach(suite -> suites.add(suite.suite().nameOrDefault()));
        return read(spec.projectOrName(), suites);
    }

    private Future<RuntimeHistory> read(String project, List<String> suites) {
        var samples = new HashMap<String, Map<String, List<Sample>>>();
        var reads = new ArrayList<Future<?>>();
        for (String suite : suites) {
            for (int bucket = 0; bucket < SampleBuckets.COUNT; bucket++) {
                BoundStatement statement = select.bind(project, suite, bucket).setTimeout(TIMEOUT);
                reads.add(Future.fromCompletionStage(session.executeAsync(statement), vertx.getOrCreateContext())
                        .compose(page -> collect(suite, page, samples)));
            }
        }
        return Future.all(reads).map(done -> RuntimeHistory.of(samples));
    }

    /** Runs on the caller's context, so the map needs no lock. */
    private Future<Void> collect(String suite, AsyncResultSet page, Map<String, Map<String, List<Sample>>> into) {
        for (Row row : page.currentPage()) {
            List<Sample> samples = into.computeIfAbsent(suite, key -> new HashMap<>())
                    .computeIfAbsent(text(row, "test"), key -> new ArrayList<>());
            boolean passed = text(row, "outcome").equals("passed");
            if (samples.stream().filter(it -> it.passed() == passed).count() < MAX_KEPT) {
                samples.add(new Sample(
                        row.getLong("duration_ms"), passed, row.getLong("finished_at"), row.getString("task_id")));
            }
        }
        if (!page.hasMorePages()) {
            return Future.succeededFuture();
        }
        CompletionStage<AsyncResultSet> next = page.fetchNextPage();
        return Future.fromCompletionStage(next, vertx.getOrCreateContext()).compose(it -> collect(suite, it, into));
    }

    private static String text(Row row, String column) {
        String value = row.getString(column);
        return value == null ? "" : value;
    }
}
