package dev.millrace.scheduler.service.planner;

import dev.millrace.schemas.history.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Decides which rows of one bucket of samples to read next, so that each test costs a bounded number of rows however often it ran. Rows
 * arrive sorted by test, the newest rows of each test first. Once a test has enough rows, the next read starts after that test. This class
 * does not read from Cassandra itself. Not thread-safe.
 */
final class BucketScan {
    /** How many rows of a test are examined, the newest first. */
    static final int ROWS_PER_TEST = 100;

    private static final int FIRST_LIMIT = 2_000;
    private static final int MAX_LIMIT = 5_000;

    /** One row of the bucket. */
    record Row(String test, Sample sample) {}

    /** The next rows to read: at most {@code limit} rows of the tests that sort after {@code afterTest}. */
    record Read(String afterTest, int limit) {}

    private final Predicate<String> wanted;
    private final int keptPerTest;
    private final long oldestMs;
    private final Map<String, List<Sample>> samples = new TreeMap<>();
    private Read next = new Read("", FIRST_LIMIT);
    private boolean done;

    /**
     * @param wanted tests whose samples are kept
     * @param keptPerTest how many passed samples and how many failed samples are kept of each test
     * @param oldestMs samples that finished before this time are ignored
     */
    BucketScan(Predicate<String> wanted, int keptPerTest, long oldestMs) {
        this.wanted = wanted;
        this.keptPerTest = keptPerTest;
        this.oldestMs = oldestMs;
    }

    boolean isDone() {
        return done;
    }

    Read next() {
        return next;
    }

    /** Takes the rows that {@link #next} asked for. */
    void add(List<Row> rows) {
        if (rows.isEmpty()) {
            done = true;
            return;
        }
        boolean full = rows.size() >= next.limit();
        String last = rows.get(rows.size() - 1).test();
        long ofLast = rows.stream().filter(row -> row.test().equals(last)).count();
        boolean lastIsCut = full && ofLast < ROWS_PER_TEST;
        String before = next.afterTest();
        int tests = 0;
        int inTest = 0;
        String test = "";
        for (Row row : rows) {
            if (!row.test().equals(test)) {
                if (row.test().equals(last) && lastIsCut) {
                    break;
                }
                before = row.test();
                test = row.test();
                inTest = 0;
                tests++;
            }
            if (inTest++ < ROWS_PER_TEST) {
                keep(row);
            }
        }
        done = !full;
        // The limit allows for twice as many tests as this read covered. A larger limit would read many useless rows of
        // a test that ran often.
        next = new Read(before, Math.min(MAX_LIMIT, 2 * ROWS_PER_TEST * Math.max(1, tests)));
    }

    private void keep(Row row) {
        if (!wanted.test(row.test()) || row.sample().finishedAtMs() < oldestMs) {
            return;
        }
        List<Sample> known = samples.computeIfAbsent(row.test(), it -> new ArrayList<>());
        boolean passed = row.sample().passed();
        if (known.stream().filter(it -> it.passed() == passed).count() < keptPerTest) {
            known.add(row.sample());
        }
    }

    /** Returns the kept samples of each test, the newest first. */
    Map<String, List<Sample>> samples() {
        return samples;
    }
}
