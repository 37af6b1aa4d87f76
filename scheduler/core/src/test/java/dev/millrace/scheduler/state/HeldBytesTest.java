package dev.millrace.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests the count of held memory. Each task is counted from the start of its job, before the task arrives, until its verdict. */
class HeldBytesTest {
    @Test
    void tasksThatArriveTakeTheRoomThatIsKeptForThem() {
        var held = new HeldBytes();
        held.expect("job", "owner", 10_000);
        held.add("owner", 4_000);
        held.arrived("job", 4_000);
        assertThat(held.total()).isEqualTo(10_000);

        held.add("owner", 9_000);
        held.arrived("job", 9_000);
        assertThat(held.of("owner")).isEqualTo(13_000);

        held.whole("job");
        assertThat(held.total()).isEqualTo(13_000);
    }

    @Test
    void whatIsNotExpectedAnyMoreTakesNothing() {
        var held = new HeldBytes();
        held.expect("job", "owner", 10_000);
        held.expect("job", "owner", 3_000);
        assertThat(held.total()).isEqualTo(3_000);

        held.whole("job");
        held.whole("job");
        held.arrived("job", 500);
        assertThat(held.total()).isZero();
        assertThat(held.of("owner")).isZero();
    }
}
