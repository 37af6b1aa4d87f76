package dev.millrace.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.view.FlakyListing.FlakyList;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.HistoryKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Uses a history in memory. Its reads end one after the other, and only after the listing has started all the reads that it wants to run
 * together.
 */
class FlakyListingTest {
    private static final String LONG_NAME = "n".repeat(1_000);

    private final Queue<Runnable> reads = new ArrayDeque<>();
    private int testsPerProject;
    private int testsRead;
    private int underWay;
    private int mostUnderWay;

    private FlakyList list(int projects, int tests, boolean flaky) {
        testsPerProject = tests;
        var verdict = new FlakyVerdict(1, 2, 3, List.of("job-a.1", "job-b.1"), 10, 20);
        var listing = new FlakyListing(this::failed, key -> answer(1, flaky ? Optional.of(verdict) : Optional.empty()));
        Future<FlakyList> list =
                listing.of(IntStream.range(0, projects).mapToObj(i -> "p" + i).toList());
        while (!reads.isEmpty()) {
            reads.remove().run();
        }
        assertThat(list.isComplete()).isTrue();
        return list.result();
    }

    private Future<List<HistoryKey>> failed(String project, @Nullable HistoryKey after, int limit) {
        int from = after == null ? 0 : Integer.parseInt(after.test().substring(LONG_NAME.length())) + 1;
        List<HistoryKey> keys = IntStream.range(from, Math.min(testsPerProject, from + limit))
                .mapToObj(i -> new HistoryKey(project, "s", LONG_NAME + i))
                .toList();
        testsRead += keys.size();
        return answer(limit, keys);
    }

    private <T> Future<T> answer(int rows, T value) {
        Promise<T> promise = Promise.promise();
        underWay += rows;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        reads.add(() -> {
            underWay -= rows;
            promise.complete(value);
        });
        return promise.future();
    }

    @Test
    void readsAFewTestsAtATimeAndStopsAfterABoundedNumber() {
        FlakyList list = list(200, 2_000, false);

        assertThat(list.complete()).isFalse();
        assertThat(testsRead).isEqualTo(FlakyListing.MAX_TESTS + 1);
        assertThat(mostUnderWay).isEqualTo(FlakyListing.AT_A_TIME);
    }

    @Test
    void stopsWhenWhatItFoundHasABoundedNumberOfBytes() {
        FlakyList list = list(1, 2_000, true);

        long bytes = list.tests().stream().mapToLong(it -> it.test().length()).sum();
        assertThat(list.complete()).isFalse();
        assertThat(bytes).isBetween(FlakyListing.MAX_BYTES / 2, FlakyListing.MAX_BYTES * 2);
    }

    @Test
    void isCompleteWhenItHasLookedAtAllOfThem() {
        for (int tests : new int[] {0, 1, FlakyListing.AT_A_TIME, FlakyListing.AT_A_TIME + 1, 100}) {
            FlakyList list = list(5, tests, true);

            assertThat(list.complete()).as("%d tests", tests).isTrue();
            assertThat(list.tests())
                    .extracting(FlakyListing.FlakyTest::test)
                    .doesNotHaveDuplicates()
                    .hasSize(5 * tests);
        }
    }

    @Test
    void isCompleteWhenExactlyAsManyFailedAsItLooksAt() {
        assertThat(list(2, FlakyListing.MAX_TESTS / 2, false).complete()).isTrue();
        assertThat(list(2, FlakyListing.MAX_TESTS / 2 + 1, false).complete()).isFalse();
    }

    @Test
    void saysThatThereAreMoreProjectsThanItLooksAt() {
        assertThat(list(FlakyListing.MAX_PROJECTS, 1, false).complete()).isTrue();
        assertThat(list(FlakyListing.MAX_PROJECTS + 1, 1, false).complete()).isFalse();
    }
}
