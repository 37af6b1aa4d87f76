package dev.millrace.executor;

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
        assertThat(availability.stepAside("disk")).isTrue();
        assertThat(availability.stepAside("disk")).isFalse();
        assertThat(availability.takesWork()).isFalse();
        assertThat(availability.isDraining()).isFalse();
        assertThat(availability.announcement(ONLINE, false)).containsExactly(FULL);

        assertThat(availability.stepBack()).isTrue();
        assertThat(availability.stepBack()).isFalse();
        assertThat(availability.takesWork()).isTrue();
        assertThat(availability.announcement(ONLINE, false)).containsExactly(ONLINE);
    }

    @Test
    void inStandingAsideAndMaybeForgottenShouldRegisterBeforeItSaysSo() {
        availability.stepAside("disk");

        assertThat(availability.announcement(ONLINE, true)).containsExactly(ONLINE, FULL);
    }

    @Test
    void inDrainingShouldStaySoWhateverComes() {
        availability.stepAside("elsewhere");
        assertThat(availability.drain("disk")).isTrue();

        assertThat(availability.drain("stopping")).isFalse();
        assertThat(availability.stepAside("stopping")).isFalse();
        assertThat(availability.stepBack()).isFalse();
        assertThat(availability.takesWork()).isFalse();
        assertThat(availability.isDraining()).isTrue();
        assertThat(availability.announcement(ONLINE, true)).containsExactly(FULL);
    }
}
