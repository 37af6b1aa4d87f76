package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.history.SampleBuckets;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the samples of single tests, as the projector wrote them, and finds the tests that are flaky according to their samples. */
public final class HistoryViews {
    private static final int RUNS_FOR_VERDICT = 100;

    private final Query samples;
    private final Query projects;
    private final Query failed;

    /** One run of a test. */
    public record RunView(long finishedAtMs, long durationMs, String outcome, @Nullable String task) {
        public boolean passed() {
            return outcome.equals("passed");
        }

        public Sample sample() {
            return new Sample(durationMs, passed(), finishedAtMs, task);
        }
    }

    public HistoryViews(Cassandra cassandra) {
        String keyspace = cassandra.keyspace();
        this.samples = cassandra.query("SELECT finished_at, duration_ms, outcome, task_id FROM " + keyspace
                + ".runtime_samples WHERE project = ? AND suite = ? AND bucket = ? AND test = ? LIMIT ?");
        this.projects = cassandra.query("SELECT DISTINCT project FROM " + keyspace + ".failed_tests LIMIT ?");
        this.failed = cassandra.query("SELECT suite, test FROM " + keyspace
                + ".failed_tests WHERE project = ? AND (suite, test) > (?, ?) LIMIT ?");
    }

    /** Returns runs of a test, the newest first. */
    public Future<List<RunView>> runs(HistoryKey key, int limit) {
        return samples.execute(key.project(), key.suite(), SampleBuckets.of(key.test()), key.test(), limit)
                .map(set -> firstPage(
                        set,
                        row -> new RunView(
                                row.getLong("finished_at"),
                                row.getLong("duration_ms"),
                                Rows.text(row, "outcome"),
                                row.getString("task_id"))));
    }

    /** Returns the known flaky tests of a project, or of all projects if {@code project} is null. Tests are judged by their newest runs. */
    public Future<FlakyListing.FlakyList> flaky(@Nullable String project, long nowMs) {
        var listing = new FlakyListing(
                this::failed, key -> runs(key, RUNS_FOR_VERDICT).map(runs -> verdict(runs, nowMs)));
        Future<List<String>> looked =
                project == null ? projectsWithFailures() : Future.succeededFuture(List.of(project));
        return looked.compose(listing::of);
    }

    private static Optional<FlakyVerdict> verdict(List<RunView> runs, long nowMs) {
        return FlakyVerdict.of(runs.stream().map(RunView::sample).toList(), nowMs);
    }

    /** Returns one project more than are checked, if there are so many. The additional project shows that some are left out. */
    private Future<List<String>> projectsWithFailures() {
        return projects.execute(FlakyListing.MAX_PROJECTS + 1)
                .map(set -> firstPage(set, row -> Rows.text(row, "project")));
    }

    private Future<List<HistoryKey>> failed(String project, @Nullable HistoryKey after, int limit) {
        return failed.execute(project, after == null ? "" : after.suite(), after == null ? "" : after.test(), limit)
                .map(set -> firstPage(
                        set, row -> new HistoryKey(project, Rows.text(row, "suite"), Rows.text(row, "test"))));
    }

    private static <T> List<T> firstPage(AsyncResultSet set, Function<Row, T> reader) {
        var found = new ArrayList<T>();
        set.currentPage().forEach(row -> found.add(reader.apply(row)));
        return found;
    }
}
