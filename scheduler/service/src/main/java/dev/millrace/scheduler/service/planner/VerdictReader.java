package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads from the views how the tasks of a finished job ended, one bucket after the other, never blocking. */
final class VerdictReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int TASKS_PER_BUCKET = 1_000;

    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement select;

    /** How often a task was tried so far, in all runs, and whether its verdict is that it passed. */
    record Ended(int index, int attempts, boolean passed) {}

    VerdictReader(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        this.select = session.prepare("SELECT task_index, attempts, verdict FROM " + settings.keyspace()
                + ".tasks WHERE job_id = ? AND bucket = ?");
    }

    /** The tasks that have a verdict, in the order of their indexes; fails when Cassandra does not answer in time. */
    Future<List<Ended>> read(String jobId, int tasks) {
        return read(jobId, 0, tasks, new ArrayList<>()).map(found -> {
            found.sort(Comparator.comparingInt(Ended::index));
            return found;
        });
    }

    private Future<List<Ended>> read(String jobId, int bucket, int tasks, List<Ended> found) {
        if (bucket * TASKS_PER_BUCKET >= tasks) {
            return Future.succeededFuture(found);
        }
        var statement = select.bind(jobId, bucket).setTimeout(TIMEOUT);
        return Future.fromCompletionStage(session.executeAsync(statement), vertx.getOrCreateContext())
                .compose(page -> collect(page, found))
                .compose(done -> read(jobId, bucket + 1, tasks, found));
    }

    private Future<Void> collect(AsyncResultSet page, List<Ended> into) {
        for (Row row : page.currentPage()) {
            String verdict = row.getString("verdict");
            if (verdict != null) {
                into.add(new Ended(row.getInt("task_index"), row.getInt("attempts"), verdict.equals("passed")));
            }
        }
        return page.hasMorePages()
                ? Future.fromCompletionStage(page.fetchNextPage(), vertx.getOrCreateContext())
                        .compose(next -> collect(next, into))
                : Future.succeededFuture();
    }
}
