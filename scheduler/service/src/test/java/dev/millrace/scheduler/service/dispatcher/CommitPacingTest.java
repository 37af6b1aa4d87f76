package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CommitPacingTest {
    private static final long INTERVAL_MS = 60;
    private static final long NANOS = 1_000_000;

    @Test
    void whatComesNowAndThenIsCommittedAtOnce() {
        var pacing = new CommitPacing((int) INTERVAL_MS, -5);
        for (long ms = 0; ms < 100_000; ms += INTERVAL_MS) {
            assertThat(pacing.take(-5 + ms * NANOS)).isTrue();
        }
    }

    @Test
    void underLoadThereAreNoMoreThanRegularCommitsAndABurst() {
        var random = new Random(1);
        // System.nanoTime may overflow: its value may pass the largest long and become negative.
        long start = Long.MAX_VALUE - 3_000 * NANOS;
        var pacing = new CommitPacing((int) INTERVAL_MS, start);
        int commits = 0;
        long now = 0;
        while (now < 60_000 * NANOS) {
            now += random.nextLong(2 * NANOS);
            commits += pacing.take(start + now) ? 1 : 0;
        }
        assertThat(commits).isBetween(1_000, 1_008);
    }

    @Test
    void aPauseBringsTheBurstBack() {
        var pacing = new CommitPacing((int) INTERVAL_MS, 0);
        int first = burst(pacing, 0);
        int second = burst(pacing, 60_000 * NANOS);
        assertThat(first).isEqualTo(second).isEqualTo(8);
    }

    private static int burst(CommitPacing pacing, long atNanos) {
        int taken = 0;
        while (pacing.take(atNanos)) {
            taken++;
        }
        return taken;
    }
}
