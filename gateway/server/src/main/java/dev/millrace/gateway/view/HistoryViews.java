package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.SampleBuckets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** The samples of single tests, as the projector wrote them. */
public final class HistoryViews {
    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement samples;

    /** One run of a test. */
    public record RunView(long finishedAtMs, long durationMs, String outcome) {
        public boolean passed() {
            return outcome.equals("passed");
        }
    }

    public HistoryViews(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        this.samples = session.prepare("SELECT finished_at, duration_ms, outcome FROM " + settings.keyspace()
                + ".runtime_samples WHERE project = ? AND suite = ? AND bucket = ? AND test = ? LIMIT ?");
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
                                    Rows.text(row, "outcome"))));
                    return runs;
                });
    }
}
