package dev.millrace.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.view.JobListing.JobCursor;
import dev.millrace.platform.http.ByteRange;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.schemas.fuzz.Mutations;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The server either accepts headers and parameters from clients or refuses them with status 400 or 416; nothing else may happen. */
class RequestFuzzTest {
    private static final int SEEDS = 20_000;
    private static final long SECONDS = Long.getLong("millrace.fuzz.seconds", 0);
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long SIZE = 1_000;

    private static void fuzz(List<String> good, Consumer<String> decoder) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (long seed = 0; seed < SEEDS || System.nanoTime() < until; seed++) {
            var mutations = new Mutations(seed);
            String bad = new String(mutations.of(mutations.oneOf(good).getBytes(UTF_8)), UTF_8);
            try {
                decoder.accept(bad);
            } catch (HttpProblemException e) {
                assertThat(e.kind().status()).as(bad).isIn(400, 416);
            } catch (RuntimeException e) {
                throw new AssertionError("broke on seed " + seed + ": " + bad, e);
            }
        }
    }

    @Test
    void takesCursorsThatItGaveOutAndNoOthers() {
        String good = JobCursors.text(new JobCursor(1_700_000_000_000L, "j0123456789abcdef0123"));

        fuzz(List.of(good, "1700000000000|j0123456789abcdef0123", ""), text -> {
            JobCursor cursor = Objects.requireNonNull(JobCursors.parse(text, NOW_MS));
            assertThat(JobCursors.parse(JobCursors.text(cursor), NOW_MS)).isEqualTo(cursor);
        });
    }

    @Test
    void staysWithinWhatThereIsWhateverTheRange() {
        fuzz(List.of("bytes=0-99", "bytes=-5", "bytes=990-", "bytes=5-2, 7-8", "bytes=999999999999999999-"), text -> {
            ByteRange range = ByteRange.of(text, SIZE);
            assertThat(range.first()).isBetween(0L, SIZE);
            assertThat(range.length()).isBetween(0L, SIZE - range.first());
        });
    }
}
