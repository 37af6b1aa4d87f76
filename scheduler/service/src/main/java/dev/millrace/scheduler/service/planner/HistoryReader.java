package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.scheduler.plan.PlanBuilder;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import dev.millrace.schemas.history.SampleBuckets;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.ScopeSpec;
import dev.millrace.schemas.spec.SuiteSpec;
import dev.millrace.schemas.spec.TaskSpec;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads the runtime history of the tests that a job runs, suite by suite, and the buckets of a suite concurrently. Rows, memory and time of
 * one reading are bounded, however large the history is. The limits of rows and memory leave out the oldest samples of each test; the time
 * limit leaves out the tests that were not read yet. Never blocks.
 */
final class HistoryReader {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

    /**
     * How many passed samples, and how many failed samples, are kept of a test at most. This is more than are used, since some may not be
     * credible.
     */
    private static final int MAX_KEPT = 2 * RuntimeHistory.NEWEST;

    private static final long WINDOW_MS = TimeUnit.DAYS.toMillis(30);

    private final Query select;
    private final long timeoutNanos;
    private final int maxSamples;

    /**
     * @param timeoutMs time after which a reading ends and returns what it has read so far
     * @param maxSamples how many samples one reading keeps in memory, roughly
     */
    HistoryReader(Cassandra cassandra, long timeoutMs, int maxSamples) {
        this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        this.maxSamples = maxSamples;
        this.select = cassandra.query("SELECT test, duration_ms, outcome, finished_at, task_id FROM "
                + cassandra.keyspace()
                + ".runtime_samples WHERE project = ? AND suite = ? AND bucket = ? AND test > ? LIMIT ?");
    }

    /**
     * Returns the history of the tests that a job runs. Fails when Cassandra does not answer.
     *
     * @param nowMs the wall time; samples that are more than 30 days older are ignored
     */
    Future<RuntimeHistory> read(JobSpec spec, long nowMs) {
        Map<String, Set<String>> wanted = wanted(spec);
        int tests = wanted.values().stream().mapToInt(Set::size).sum();
        int keptPerTest = Math.max(1, Math.min(MAX_KEPT, maxSamples / Math.max(1, 2 * tests)));
        long deadline = System.nanoTime() + timeoutNanos;
        var samples = new HashMap<String, Map<String, List<Sample>>>();
        Future<Void> chain = Future.succeededFuture();
        for (Map.Entry<String, Set<String>> suite : wanted.entrySet()) {
            chain = chain.compose(done -> buckets(
                            spec.projectOrName(),
                            suite,
                            deadline,
                            () -> new BucketScan(suite.getValue()::contains, keptPerTest, nowMs - WINDOW_MS)))
                    .onSuccess(found -> samples.put(suite.getKey(), found))
                    .mapEmpty();
        }
        return chain.map(done -> RuntimeHistory.of(samples));
    }

    private static Map<String, Set<String>> wanted(JobSpec spec) {
        Map<String, Set<String>> wanted = new HashMap<>();
        for (TaskSpec task : spec.tasksOrNone()) {
            wanted.computeIfAbsent(PlanBuilder.NO_SUITE, it -> new HashSet<>()).add(task.testOrId());
        }
        for (String scope : scopes(spec)) {
            for (Role role : Role.values()) {
                wanted.computeIfAbsent(PlanBuilder.NO_SUITE, it -> new HashSet<>())
                        .add(ScopeSpec.taskName(scope, role));
            }
        }
        for (SuiteSpec suite : spec.suitesOrNone()) {
            Set<String> units = wanted.computeIfAbsent(suite.suite().nameOrDefault(), it -> new HashSet<>());
            suite.suite().unitsOrNone().stream().map(FoundUnit::name).forEach(units::add);
        }
        return wanted;
    }

    /** Returns the ids of the scopes of the spec and of those within its suites. */
    private static Set<String> scopes(JobSpec spec) {
        var ids = new HashSet<String>();
        spec.scopesOrNone().forEach(scope -> ids.add(scope.id()));
        spec.suitesOrNone().forEach(suite -> suite.suite().unitsOrNone().stream()
                .flatMap(unit -> Stream.ofNullable(unit.scope()))
                .forEach(scope -> ids.add(PlanBuilder.scopeId(suite.suite(), scope))));
        return ids;
    }

    /** Reads only the buckets to which the tests belong, so a job with few tasks costs few queries. */
    private Future<Map<String, List<Sample>>> buckets(
            String project, Map.Entry<String, Set<String>> suite, long deadline, Supplier<BucketScan> scans) {
        var reads = new ArrayList<Future<BucketScan>>();
        suite.getValue().stream()
                .map(SampleBuckets::of)
                .distinct()
                .forEach(bucket -> reads.add(scan(project, suite.getKey(), bucket, deadline, scans.get())));
        return Future.all(reads).map(done -> {
            var samples = new HashMap<String, List<Sample>>();
            reads.forEach(read -> samples.putAll(read.result().samples()));
            return samples;
        });
    }

    private Future<BucketScan> scan(String project, String suite, int bucket, long deadline, BucketScan scan) {
        return AsyncLoop.whileTrue(() -> {
                    if (scan.isDone() || System.nanoTime() - deadline > 0) {
                        return Future.succeededFuture(false);
                    }
                    BucketScan.Read read = scan.next();
                    return select.rows(READ_TIMEOUT, project, suite, bucket, read.afterTest(), read.limit())
                            .map(rows -> {
                                scan.add(rows.stream().map(HistoryReader::row).toList());
                                return true;
                            });
                })
                .map(scan);
    }

    private static BucketScan.Row row(Row row) {
        return new BucketScan.Row(
                text(row, "test"),
                new Sample(
                        row.getLong("duration_ms"),
                        text(row, "outcome").equals("passed"),
                        row.getLong("finished_at"),
                        row.getString("task_id")));
    }

    private static String text(Row row, String column) {
        String value = row.getString(column);
        return value == null ? "" : value;
    }
}
