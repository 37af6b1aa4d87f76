package dev.millrace.gateway.view;

import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.schemas.Ids;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asynchronous queries; every one is bounded by a page. Failures are the driver's and mean that Cassandra is away. */
public final class JobViews {
    private static final int TASKS_PER_BUCKET = 1_000;

    private final Query job;
    private final Query jobsOfDay;
    private final Query tasksFrom;
    private final Query task;
    private final Query attempts;

    public JobViews(Cassandra cassandra) {
        String keyspace = cassandra.keyspace();
        job = cassandra.query("SELECT * FROM " + keyspace + ".jobs WHERE job_id = ?");
        jobsOfDay = cassandra.query("SELECT job_id, submitted_at FROM " + keyspace
                + ".jobs_by_day WHERE day = ? AND submitted_at <= ? LIMIT ?");
        tasksFrom = cassandra.query(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index >= ? LIMIT ?");
        task = cassandra.query(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index = ?");
        attempts = cassandra.query("SELECT * FROM " + keyspace + ".attempts WHERE task_id = ?");
    }

    public Future<Optional<JobView>> job(String jobId) {
        // A row may exist through its counts alone, when decisions overtook each other, or have lost its older columns
        // to age.
        return job.one(jobId).map(row -> row.filter(it ->
                        it.getString("state") != null && it.getString("name") != null && !it.isNull("submitted_at"))
                .map(JobView::of));
    }

    /** Jobs newest first, at most {@code limit} that match. */
    public Future<JobListing.Page> jobs(
            long nowMs, JobListing.@Nullable JobCursor after, int limit, Predicate<JobView> filter) {
        return new JobListing(this::jobsOfDay, this::job, limit, filter).from(nowMs, after);
    }

    private Future<List<JobListing.JobCursor>> jobsOfDay(LocalDate day, long upToMs, int limit) {
        return jobsOfDay.rows(day.toString(), upToMs, limit).map(rows -> rows.stream()
                .map(row -> new JobListing.JobCursor(row.getLong("submitted_at"), Rows.text(row, "job_id")))
                .toList());
    }

    public Future<Optional<TaskView>> task(String taskId) {
        int index = Ids.indexOfTask(taskId);
        return task.one(Ids.jobOfTask(taskId), index / TASKS_PER_BUCKET, index)
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
        return tasksFrom.rows(jobId, bucket, from, limit - found.size()).compose(rows -> {
            rows.stream()
                    .filter(row -> row.getString("name") != null)
                    .map(TaskView::of)
                    .forEach(found::add);
            return collectTasks(found, jobId, (bucket + 1) * TASKS_PER_BUCKET, limit, total);
        });
    }

    /** In the order in which they were placed. */
    public Future<List<AttemptView>> attempts(String taskId) {
        return attempts.rows(taskId).map(rows -> rows.stream()
                .filter(row -> row.getString("state") != null)
                .map(AttemptView::of)
                .toList());
    }
}
