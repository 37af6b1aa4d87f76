package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private static Restarts ends(long... atSeconds) {
        Restarts restarts = Restarts.NONE;
        for (long second : atSeconds) {
            restarts = restarts.endedAt(Duration.ofSeconds(second).toNanos());
        }
        return restarts;
    }

    @Test
    void startsAgainAfterPausesThatDouble() {
        assertThat(ends(0).pause()).contains(Duration.ofSeconds(1));
        assertThat(ends(0, 10).pause()).contains(Duration.ofSeconds(2));
        assertThat(ends(0, 10, 20).pause()).contains(Duration.ofSeconds(4));
    }

    @Test
    void givesUpOnWhatEndsOnceMoreWithinTheWindow() {
        assertThat(ends(0, 10, 20, 30).pause()).isEmpty();
        assertThat(ends(0, 10, 20, 599).pause()).isEmpty();
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        assertThat(ends(0, 10, 20, 600).pause()).contains(Duration.ofSeconds(4));
        assertThat(ends(0, 10, 20, 5_000).pause()).contains(Duration.ofSeconds(1));
    }
}
