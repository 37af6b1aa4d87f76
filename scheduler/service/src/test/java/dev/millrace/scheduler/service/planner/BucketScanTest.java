package dev.millrace.scheduler.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.history.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BucketScanTest {
    private static final int KEPT = 3;

    /** The rows of one bucket in the order in which Cassandra returns them. Counts the reads and the rows that were read. */
    private static final class Bucket {
        final TreeMap<String, List<Sample>> tests = new TreeMap<>();
        int reads;
        int rowsRead;

        /** @param runs how many samples to add for the test, in the order from the newest to the oldest */
        void add(String test, int runs) {
            var samples = new ArrayList<Sample>();
            for (int run = 0; run < runs; run++) {
                samples.add(new Sample(run, run % 7 != 0, 1_000_000 - run, test + "@" + run));
            }
            tests.put(test, samples);
        }

        BucketScan scan(BucketScan scan) {
            while (!scan.isDone()) {
                BucketScan.Read read = scan.next();
                List<BucketScan.Row> rows = tests.tailMap(read.afterTest(), false).entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream().map(it -> new BucketScan.Row(entry.getKey(), it)))
                        .limit(read.limit())
                        .toList();
                reads++;
                rowsRead += rows.size();
                scan.add(rows);
            }
            return scan;
        }

        /**
         * Returns the samples that the scan must keep: for each test, the newest passed and failed samples among its newest {@link
         * BucketScan#ROWS_PER_TEST} rows.
         */
        Map<String, List<Sample>> newest() {
            Map<String, List<Sample>> newest = new HashMap<>();
            tests.forEach((test, samples) -> {
                var kept = new ArrayList<Sample>();
                for (Sample sample : samples.subList(0, Math.min(samples.size(), BucketScan.ROWS_PER_TEST))) {
                    if (kept.stream()
                                    .filter(it -> it.passed() == sample.passed())
                                    .count()
                            < KEPT) {
                        kept.add(sample);
                    }
                }
                newest.put(test, kept);
            });
            return newest;
        }
    }

    @Test
    void keepsTheNewestOfEachTestWhateverTheirNumbers() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var bucket = new Bucket();
            for (int test = random.nextInt(60); test >= 0; test--) {
                bucket.add("t" + test, 1 + random.nextInt(random.nextInt(10) == 0 ? 9_000 : 150));
            }

            BucketScan scan = bucket.scan(new BucketScan(test -> true, KEPT, 0));

            assertThat(scan.samples()).as("seed %d", seed).isEqualTo(bucket.newest());
        }
    }

    @Test
    void readsLittleOfTestsThatRanOften() {
        var bucket = new Bucket();
        for (int test = 0; test < 100; test++) {
            bucket.add("t" + test, 20_000);
        }

        bucket.scan(new BucketScan(test -> true, KEPT, 0));

        // The bucket contains two million rows.
        assertThat(bucket.rowsRead).isLessThan(100 * 2 * BucketScan.ROWS_PER_TEST + 5_000);
    }

    @Test
    void readsTestsThatRanSeldomTogether() {
        var bucket = new Bucket();
        for (int test = 0; test < 10_000; test++) {
            bucket.add("t" + test, 2);
        }

        bucket.scan(new BucketScan(test -> true, KEPT, 0));

        assertThat(bucket.reads).isLessThan(10);
    }

    @Test
    void keepsNothingOfTestsThatNobodyAskedFor() {
        var bucket = new Bucket();
        bucket.add("mine", 5);
        bucket.add("other", 5);

        BucketScan scan = bucket.scan(new BucketScan("mine"::equals, KEPT, 0));

        assertThat(scan.samples()).containsOnlyKeys("mine");
    }

    @Test
    void keepsNothingThatIsTooOld() {
        var bucket = new Bucket();
        bucket.add("t", 5);

        BucketScan scan = bucket.scan(new BucketScan(test -> true, KEPT, 999_998));

        assertThat(scan.samples().get("t")).extracting(Sample::finishedAtMs).allMatch(at -> at >= 999_998);
    }
}
