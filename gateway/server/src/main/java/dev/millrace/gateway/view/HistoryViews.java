package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.history.SampleBuckets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The samples of single tests, as the projector wrote them. */
public final class HistoryViews {
    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement samples;
    private final PreparedStatement projects;
    private final PreparedStatement failed;

    /** One run of a test. */
    public record RunView(long finishedAtMs, long durationMs, String outcome, @Nullable String task) {
        public boolean passed() {
            return outcome.equals("passed");
        }

        public Sample sample() {
            return new Sample(durationMs, passed(), finishedAtMs, task);
        }
    }

    public HistoryViews(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        this.samples = session.prepare("SELECT finished_at, duration_ms, outcome, task_id FROM " + settings.keyspace()
                + ".runtime_samples WHERE project = ? AND suite = ? AND bucket = ? AND test = ? LIMIT ?");
        this.projects =
                session.prepare("SELECT DISTINCT project FROM " + settings.keyspace() + ".failed_tests LIMIT ?");
        this.failed = session.prepare(
                "SELECT suite, test FROM " + settings.keyspace() + ".failed_tests WHERE project = ? LIMIT ?");
    }

    /** The newest runs first. */
    public Future<List<RunView>> runs(HistoryKey key, int limit) {
        var statement = samples.bind(key.project(), key.suite(), SampleBuckets.of(key.test()), key.test(), limit);
        return Future.fromCompletionStage(session.executeAsync(statement), vertx.getOrCreateContext())
                .map(set -> {
                    var runs = new ArrayList<RunView>();
                    set.currentPage()
                            .forEach(row -> runs.add(new RunView(
                                    row.getLong("finished_at"),
                                    row.getLong("duration_ms"),
                                    Rows.text(row, "outcome"),
                                    row.getString("task_id"))));
                    return runs;
                });
    }

    /** Projects with tests that failed, at most {@code limit}. */
    public Future<List<String>> projectsWithFailures(int limit) {
        return rows(projects.bind(limit), row -> Rows.text(row, "project"));
    }

    /** Tests of a project that failed within the history, at most {@code limit}. */
    public Future<List<HistoryKey>> failed(String project, int limit) {
        return rows(
                failed.bind(project, limit),
                row -> new HistoryKey(project, Rows.text(row, "suite"), Rows.text(row, "test")));
    }

    private <T> Future<List<T>> rows(BoundStatement statement, Function<Row, T> reader) {
        return Future.fromCompletionStage(session.executeAsync(statement), vertx.getOrCreateContext())
                .map(set -> {
                    var found = new ArrayList<T>();
                    set.currentPage().forEach(row -> found.add(reader.apply(row)));
                    return found;
                });
    }
}
