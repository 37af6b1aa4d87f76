package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.platform.work.AsyncLoop;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
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
    private final Query epochs;

    /**
     * How a task ended.
     *
     * @param attempts number of its attempts in all runs so far
     * @param run number of its last run; -1 if it has no verdict
     */
    public record Ended(int index, int attempts, int run, boolean passed) {}

    VerdictReader(Cassandra cassandra) {
        this.lastRun = cassandra.query(
                "SELECT run, finished_at, total, scopes FROM " + cassandra.keyspace() + ".jobs WHERE job_id = ?");
        this.verdicts = cassandra.query("SELECT task_index, attempts, run, verdict FROM " + cassandra.keyspace()
                + ".tasks WHERE job_id = ? AND bucket = ?");
        this.epochs =
                cassandra.query("SELECT scope, epoch, state FROM " + cassandra.keyspace() + ".scopes WHERE job_id = ?");
    }

    /**
     * The last run of a job that the views show.
     *
     * @param finished whether the views show its end, which they do only after they show all its verdicts
     * @param tests how many tests the job's plan has
     * @param scopes how many scopes it has; each has two tasks more, after the tests
     */
    record Run(int number, boolean finished, int tests, int scopes) {
        int tasks() {
            return tests + 2 * scopes;
        }
    }

    /** Returns the last run of the job that the views show, or empty if they do not show the job. */
    Future<Optional<Run>> lastRun(String jobId) {
        return lastRun.one(jobId)
                .map(found -> found.map(row -> new Run(
                        row.getInt("run"), !row.isNull("finished_at"), row.getInt("total"), row.getInt("scopes"))));
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

    /**
     * Returns the number of the last epoch of each scope of the job, by the scope's id; empty while the views do not show the end of each
     * of them.
     */
    Future<Optional<Map<String, Integer>>> epochs(String jobId) {
        return epochs.rows(jobId).map(rows -> {
            Map<String, Integer> found = new HashMap<>();
            for (Row row : rows) {
                String state = String.valueOf(row.getString("state"));
                if (!state.equals("closed") && !state.equals("quarantined")) {
                    return Optional.empty();
                }
                found.put(row.getString("scope"), row.getInt("epoch"));
            }
            return Optional.of(found);
        });
    }

    static List<Ended> everyTask(List<Ended> withVerdict, int tasks) {
        Map<Integer, Ended> byIndex = withVerdict.stream().collect(Collectors.toMap(Ended::index, it -> it));
        return IntStream.range(0, tasks)
                .mapToObj(index -> byIndex.getOrDefault(index, new Ended(index, 0, -1, false)))
                .toList();
    }

    private Future<Void> read(String jobId, int bucket, List<Ended> found) {
        return verdicts.rows(jobId, bucket)
                .onSuccess(rows -> {
                    for (Row row : rows) {
                        String verdict = row.getString("verdict");
                        if (verdict != null) {
                            found.add(new Ended(
                                    row.getInt("task_index"),
                                    row.getInt("attempts"),
                                    row.getInt("run"),
                                    verdict.equals("passed")));
                        }
                    }
                })
                .mapEmpty();
    }
}
