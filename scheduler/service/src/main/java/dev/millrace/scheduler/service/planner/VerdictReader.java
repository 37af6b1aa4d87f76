package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads from the views how the tasks of a finished job ended, one bucket after the other. Never blocks. */
final class VerdictReader {
    private static final int TASKS_PER_BUCKET = 1_000;

    private final Query lastRun;
    private final Query verdicts;

    /** How a task ended: the number of its attempts in all runs so far, and whether its verdict is "passed". */
    public record Ended(int index, int attempts, boolean passed) {}

    VerdictReader(Cassandra cassandra) {
        this.lastRun = cassandra.query(
                "SELECT run, finished_at, total FROM " + cassandra.keyspace() + ".jobs WHERE job_id = ?");
        this.verdicts = cassandra.query("SELECT task_index, attempts, verdict FROM " + cassandra.keyspace()
                + ".tasks WHERE job_id = ? AND bucket = ?");
    }

    /**
     * The last run of a job that the views show.
     *
     * @param finished whether the views show its end, which they do only after they show all its verdicts
     * @param tasks how many tasks the job's plan has
     */
    record Run(int number, boolean finished, int tasks) {}

    /** Returns the last run of the job that the views show, or empty if they do not show the job. */
    Future<Optional<Run>> lastRun(String jobId) {
        return lastRun.one(jobId)
                .map(found ->
                        found.map(row -> new Run(row.getInt("run"), !row.isNull("finished_at"), row.getInt("total"))));
    }

    /**
     * Returns an entry for each of the {@code tasks} tasks of a plan, in the order of their indexes. The job must have finished. A task
     * without a verdict then never reached the scheduler, so its entry says that it did not pass and was never tried. Fails when Cassandra
     * does not answer in time.
     */
    Future<List<Ended>> read(String jobId, int tasks) {
        var found = new ArrayList<Ended>();
        var bucket = new AtomicInteger();
        return AsyncLoop.whileTrue(() -> bucket.get() * TASKS_PER_BUCKET >= tasks
                        ? Future.succeededFuture(false)
                        : read(jobId, bucket.getAndIncrement(), found).map(true))
                .map(done -> everyTask(found, tasks));
    }

    static List<Ended> everyTask(List<Ended> withVerdict, int tasks) {
        Map<Integer, Ended> byIndex = withVerdict.stream().collect(Collectors.toMap(Ended::index, it -> it));
        return IntStream.range(0, tasks)
                .mapToObj(index -> byIndex.getOrDefault(index, new Ended(index, 0, false)))
                .toList();
    }

    private Future<Void> read(String jobId, int bucket, List<Ended> found) {
        return verdicts.rows(jobId, bucket)
                .onSuccess(rows -> {
                    for (Row row : rows) {
                        String verdict = row.getString("verdict");
                        if (verdict != null) {
                            found.add(new Ended(
                                    row.getInt("task_index"), row.getInt("attempts"), verdict.equals("passed")));
                        }
                    }
                })
                .mapEmpty();
    }
}
