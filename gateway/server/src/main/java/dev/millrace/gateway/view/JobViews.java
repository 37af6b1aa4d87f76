package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.schemas.Ids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous queries of jobs, tasks and attempts. A query that lists something returns at most one page. A query fails with the driver's
 * exception if Cassandra does not answer.
 */
public final class JobViews {
    private static final int TASKS_PER_BUCKET = 1_000;

    /** Size of the stored results at which a page ends. A page is written on an event loop, which other requests need too. */
    private static final long MAX_PAGE_BYTES = 1 << 20;

    /** Maximum number of rows that are read for one attempt. An attempt has one row for each time that it was sent to an executor. */
    private static final int MOST_EPOCHS = 10;

    private final Query job;
    private final Query jobsOfDay;
    private final Query tasksFrom;
    private final Query task;
    private final Query attemptsFrom;
    private final Query attempt;
    private final Query lastAttempts;

    public JobViews(Cassandra cassandra) {
        String keyspace = cassandra.keyspace();
        job = cassandra.query("SELECT * FROM " + keyspace + ".jobs WHERE job_id = ?");
        jobsOfDay = cassandra.query("SELECT job_id, submitted_at FROM " + keyspace
                + ".jobs_by_day WHERE day = ? AND submitted_at <= ? LIMIT ?");
        tasksFrom = cassandra.query(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index >= ? LIMIT ?");
        task = cassandra.query(
                "SELECT * FROM " + keyspace + ".tasks WHERE job_id = ? AND bucket = ? AND task_index = ?");
        attemptsFrom = cassandra.query("SELECT * FROM " + keyspace + ".attempts WHERE task_id = ? AND attempt >= ?");
        attempt = cassandra.query(
                "SELECT * FROM " + keyspace + ".attempts WHERE task_id = ? AND attempt = ? LIMIT " + MOST_EPOCHS);
        lastAttempts = cassandra.query(
                "SELECT * FROM " + keyspace + ".attempts WHERE task_id = ? ORDER BY attempt DESC LIMIT " + MOST_EPOCHS);
    }

    public Future<Optional<JobView>> job(String jobId) {
        // A row may have only its counts, if decisions arrived out of order, or may have lost its older columns because
        // they expired.
        return job.one(jobId).map(row -> row.filter(it ->
                        it.getString("state") != null && it.getString("name") != null && !it.isNull("submitted_at"))
                .map(JobView::of));
    }

    /** Returns a page of jobs, newest first, with at most {@code limit} jobs that match. */
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

    /**
     * A page of tasks in the order of their indexes.
     *
     * @param next index of the next page's first task; at least the job's number of tasks if this is the last page
     * @param isFull whether the page ended at its size limit because the results of its tasks are large
     */
    public record Tasks(List<TaskView> tasks, int next, boolean isFull) {}

    /**
     * Returns tasks in the order of their indexes, beginning with index {@code from}, without any filter. The page has at most {@code
     * limit} tasks, and ends earlier once their results reach one mebibyte.
     */
    public Future<Tasks> tasks(String jobId, int from, int limit, int total) {
        var page = new TaskPage(from, limit);
        return AsyncLoop.whileTrue(() -> {
                    if (page.isComplete() || page.next >= total) {
                        return Future.succeededFuture(false);
                    }
                    int bucket = page.next / TASKS_PER_BUCKET;
                    int wanted = page.wanted();
                    return tasksFrom
                            .rowsUntil(page::isFullWith, jobId, bucket, page.next, wanted)
                            .map(rows -> {
                                page.add(rows, wanted, (bucket + 1) * TASKS_PER_BUCKET);
                                return true;
                            });
                })
                .map(done -> new Tasks(page.tasks, page.next, page.isFull()));
    }

    /** A page of tasks while it is being read. */
    private static final class TaskPage {
        final List<TaskView> tasks = new ArrayList<>();
        private final int limit;
        int next;
        private long bytesLeft = MAX_PAGE_BYTES;

        TaskPage(int from, int limit) {
            this.next = from;
            this.limit = limit;
        }

        int wanted() {
            return limit - tasks.size();
        }

        /** Subtracts the size of the row's result from the bytes left, and returns whether none are left. */
        boolean isFullWith(Row row) {
            ByteBuffer result = row.getBytesUnsafe("result");
            bytesLeft -= result == null ? 0 : result.remaining();
            return isFull();
        }

        boolean isFull() {
            return bytesLeft <= 0;
        }

        boolean isComplete() {
            return isFull() || tasks.size() >= limit;
        }

        void add(List<Row> rows, int asked, int nextBucket) {
            rows.stream()
                    .filter(row -> row.getString("name") != null)
                    .map(TaskView::of)
                    .forEach(tasks::add);
            next = isFull() || rows.size() == asked ? rows.get(rows.size() - 1).getInt("task_index") + 1 : nextBucket;
        }
    }

    /**
     * A page of attempts.
     *
     * @param next the number of the first attempt of the next page; null if there is no next page
     */
    public record Attempts(List<AttemptView> attempts, @Nullable Integer next) {}

    /**
     * Returns attempts of a task in the order in which they were placed, beginning with number {@code from}. The page ends once their
     * results reach one mebibyte, because a task may have hundreds of attempts.
     */
    public Future<Attempts> attempts(String taskId, int from) {
        long[] bytes = new long[1];
        Predicate<Row> isLast = row -> {
            ByteBuffer result = row.getBytesUnsafe("result");
            bytes[0] += result == null ? 0 : result.remaining();
            return bytes[0] >= MAX_PAGE_BYTES;
        };
        return attemptsFrom.rowsUntil(isLast, taskId, from).map(rows -> {
            List<AttemptView> all = views(rows);
            int last = rows.isEmpty() ? from : rows.get(rows.size() - 1).getInt("attempt");
            if (bytes[0] < MAX_PAGE_BYTES) {
                return new Attempts(all, null);
            }
            // The last attempt may have further rows that were not read.
            List<AttemptView> whole =
                    all.stream().filter(it -> it.attempt() < last).toList();
            return whole.isEmpty() ? new Attempts(all, last + 1) : new Attempts(whole, last);
        });
    }

    /** Returns the attempt of a task that has this number, if there is one. */
    public Future<Optional<AttemptView>> attempt(String taskId, int number) {
        return attempt.rows(taskId, number).map(rows -> last(views(rows)));
    }

    /** Returns the last attempt of a task, or nothing if the task has no attempt yet. */
    public Future<Optional<AttemptView>> lastAttempt(String taskId) {
        return lastAttempts.rows(taskId).map(rows -> views(rows).stream().findFirst());
    }

    private static List<AttemptView> views(List<Row> rows) {
        return rows.stream()
                .filter(row -> row.getString("state") != null)
                .map(AttemptView::of)
                .toList();
    }

    private static Optional<AttemptView> last(List<AttemptView> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }
}
