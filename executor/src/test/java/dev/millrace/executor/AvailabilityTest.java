package dev.millrace.executor;

import static dev.millrace.executor.Availability.Obstacle.DISK_FULL;
import static dev.millrace.executor.Availability.Obstacle.SPOOL_FULL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorOnline;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private static final ExecutorOnline ONLINE =
            new ExecutorOnline("e1", "default", "life", 2, "host", Map.of(), null, null);
    private static final ExecutorDraining FULL = new ExecutorDraining("e1", "default", "life", "disk");

    private final Availability availability = new Availability();

    @Test
    void inBeginningShouldTakeWorkAndSaySo() {
        assertThat(availability.takesWork()).isTrue();
        assertThat(availability.isDraining()).isFalse();
        assertThat(availability.announcement(ONLINE, false)).containsExactly(ONLINE);
        assertThat(availability.announcement(ONLINE, true)).containsExactly(ONLINE);
    }

    @Test
    void inStandingAsideShouldComeBack() {
        assertThat(availability.pause(DISK_FULL, "disk")).isTrue();
        assertThat(availability.pause(DISK_FULL, "disk")).isFalse();
        assertThat(availability.takesWork()).isFalse();
        assertThat(availability.isDraining()).isFalse();
        assertThat(availability.announcement(ONLINE, false)).containsExactly(FULL);

        assertThat(availability.resume(DISK_FULL)).isTrue();
        assertThat(availability.resume(DISK_FULL)).isFalse();
        assertThat(availability.takesWork()).isTrue();
        assertThat(availability.announcement(ONLINE, false)).containsExactly(ONLINE);
    }

    @Test
    void inStandingAsideAndMaybeForgottenShouldRegisterBeforeItSaysSo() {
        availability.pause(DISK_FULL, "disk");

        assertThat(availability.announcement(ONLINE, true)).containsExactly(ONLINE, FULL);
    }

    @Test
    void inDrainingShouldStaySoWhateverComes() {
        availability.pause(DISK_FULL, "elsewhere");
        assertThat(availability.drain("disk")).isTrue();

        assertThat(availability.drain("stopping")).isFalse();
        assertThat(availability.pause(DISK_FULL, "stopping")).isFalse();
        assertThat(availability.resume(DISK_FULL)).isFalse();
        assertThat(availability.takesWork()).isFalse();
        assertThat(availability.isDraining()).isTrue();
        assertThat(availability.announcement(ONLINE, true)).containsExactly(FULL);
    }

    @Test
    void inTwoObstaclesShouldTakeWorkWhenBothAreGone() {
        availability.pause(DISK_FULL, "disk");
        assertThat(availability.pause(SPOOL_FULL, "spool")).isFalse();

        assertThat(availability.resume(DISK_FULL)).isTrue();
        assertThat(availability.takesWork()).isFalse();
        assertThat(availability.resume(SPOOL_FULL)).isTrue();
        assertThat(availability.takesWork()).isTrue();
    }
}
