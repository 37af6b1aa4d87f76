package dev.millrace.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.gateway.settings.GatewaySettings;
import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SubmissionRateTest {
    private long nanos = TimeUnit.DAYS.toNanos(1);

    private final SubmissionRate rate = new SubmissionRate(new GatewaySettings.Submissions(60, 3), new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    private void pass(long ms) {
        nanos += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void anOwnerMayHaveABurstAndThenAsManyAsItsRate() {
        for (int i = 0; i < 3; i++) {
            assertThat(rate.waitSeconds("ann", 1)).isZero();
        }
        assertThat(rate.waitSeconds("ann", 1)).isEqualTo(1);
        pass(999);
        assertThat(rate.waitSeconds("ann", 1)).isEqualTo(1);
        pass(1);
        assertThat(rate.waitSeconds("ann", 1)).isZero();
        assertThat(rate.waitSeconds("ann", 1)).isEqualTo(1);
    }

    @Test
    void whatIsNotUsedIsSavedUpToTheBurst() {
        assertThat(rate.waitSeconds("ann", 1)).isZero();
        pass(3_600_000);

        for (int i = 0; i < 3; i++) {
            assertThat(rate.waitSeconds("ann", 1)).isZero();
        }
        assertThat(rate.waitSeconds("ann", 1)).isEqualTo(1);
    }

    @Test
    void whoeverMaySubmitNoMoreMayCancelAllOfItAndNotGiveCommandsWithoutEnd() {
        for (int i = 0; i < 4; i++) {
            rate.waitSeconds("ann", 1);
        }

        for (int i = 0; i < 6; i++) {
            assertThat(rate.commandWaitSeconds("ann")).isZero();
        }
        assertThat(rate.commandWaitSeconds("ann")).isEqualTo(1);
    }

    @Test
    void ownersAreCountedApart() {
        for (int i = 0; i < 4; i++) {
            rate.waitSeconds("ann", 1);
        }

        assertThat(rate.waitSeconds("ben", 1)).isZero();
    }

    @Test
    void whatIsTooMuchIsNotTaken() {
        assertThat(rate.waitSeconds("ann", 1)).isZero();

        assertThat(rate.waitSeconds("ann", 3)).isEqualTo(1);

        assertThat(rate.waitSeconds("ann", 2)).isZero();
    }

    @Test
    void inTooManyTasksShouldSayWhenTheJobAndItsTasksAreAllowedTogether() {
        assertThat(rate.waitSeconds("ann", 2)).isZero();
        assertThat(rate.waitSeconds("ann", 1)).as("the job's own").isZero();

        assertThat(rate.taskWaitSeconds("ann", 2)).isEqualTo(2);

        pass(2_000);
        assertThat(rate.waitSeconds("ann", 1)).isZero();
        assertThat(rate.taskWaitSeconds("ann", 2)).isZero();
    }
}
