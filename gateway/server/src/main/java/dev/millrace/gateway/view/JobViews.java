package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.schemas.Ids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asynchronous queries; every one is bounded by a page. Failures are the driver's and mean that Cassandra is away. */
public final class JobViews {
    private static final int TASKS_PER_BUCKET = 1_000;

    private final Vertx vertx;
    private final CqlSession session;
    private final PreparedStatement job;
    private final PreparedStatement jobsOfDay;
    private final PreparedStatement tasksFrom;
    private final PreparedStatement task;
    private final PreparedStatement attempts;

    public JobViews(Vertx vertx, CqlSession session, CassandraSettings settings) {
        this.vertx = vertx;
        this.session = session;
        String keyspace = settings.keyspace();
        job = session.prepare("SELECT * FROM " + keyspace + ".jobs WHERE job_id = ?");
        jobsOfDay = session.prepare("SELECT job_id, submitted_at FROM " + keyspace
                + ".jobs_by_day WHERE day = ? AND submitted_at <= ? LIMIT ?");
        tasksFrom = session.prepare(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index >= ? LIMIT ?");
        task = session.prepare(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index = ?");
        attempts = session.prepare("SELECT * FROM " + keyspace + ".attempts WHERE task_id = ?");
    }

    public Future<Optional<JobView>> job(String jobId) {
        // A row may exist through its counts alone, when decisions overtook each other.
        return one(session.executeAsync(job.bind(jobId)))
                .map(row -> row.filter(it -> it.getString("state") != null && it.getString("name") != null)
                        .map(JobView::of));
    }

    /** Jobs newest first, at most {@code limit} that match. */
    public Future<JobListing.Page> jobs(
            long nowMs, JobListing.@Nullable JobCursor after, int limit, Predicate<JobView> filter) {
        return new JobListing(this::jobsOfDay, this::job, limit, filter).from(nowMs, after);
    }

    private Future<List<JobListing.JobCursor>> jobsOfDay(LocalDate day, long upToMs, int limit) {
        return rows(session.executeAsync(jobsOfDay.bind(day.toString(), upToMs, limit)))
                .map(rows -> rows.stream()
                        .map(row -> new JobListing.JobCursor(row.getLong("submitted_at"), Rows.text(row, "job_id")))
                        .toList());
    }

    public Future<Optional<TaskView>> task(String taskId) {
        int index = Ids.indexOfTask(taskId);
        return one(session.executeAsync(task.bind(Ids.jobOfTask(taskId), index / TASKS_PER_BUCKET, index)))
                .map(row -> row.filter(it -> it.getString("name") != null).map(TaskView::of));
    }

    /** Tasks in order of index from {@code from} on, at most {@code limit} of them, before any filter. */
    public Future<List<TaskView>> tasks(String jobId, int from, int limit, int total) {
        var found = new ArrayList<TaskView>();
        return collectTasks(found, jobId, from, limit, total).map(done -> found);
    }

    private Future<Void> collectTasks(List<TaskView> found, String jobId, int from, int limit, int total) {
        if (found.size() >= limit || from >= total) {
            return Future.succeededFuture();
        }
        int bucket = from / TASKS_PER_BUCKET;
        return rows(session.executeAsync(tasksFrom.bind(jobId, bucket, from, limit - found.size())))
                .compose(rows -> {
                    rows.stream()
                            .filter(row -> row.getString("name") != null)
                            .map(TaskView::of)
                            .forEach(found::add);
                    return collectTasks(found, jobId, (bucket + 1) * TASKS_PER_BUCKET, limit, total);
                });
    }

    /** In the order in which they were placed. */
    public Future<List<AttemptView>> attempts(String taskId) {
        return rows(session.executeAsync(attempts.bind(taskId))).map(rows -> rows.stream()
                .filter(row -> row.getString("state") != null)
                .map(AttemptView::of)
                .toList());
    }

    private Future<Optional<Row>> one(java.util.concurrent.CompletionStage<AsyncResultSet> result) {
        return Future.fromCompletionStage(result, vertx.getOrCreateContext())
                .map(set -> Optional.ofNullable(set.one()));
    }

    private Future<List<Row>> rows(java.util.concurrent.CompletionStage<AsyncResultSet> result) {
        return Future.fromCompletionStage(result, vertx.getOrCreateContext())
                .compose(set -> pages(set, new ArrayList<>()));
    }

    private Future<List<Row>> pages(AsyncResultSet set, List<Row> rows) {
        set.currentPage().forEach(rows::add);
        return set.hasMorePages()
                ? Future.fromCompletionStage(set.fetchNextPage(), vertx.getOrCreateContext())
                        .compose(next -> pages(next, rows))
                : Future.succeededFuture(rows);
    }
}
