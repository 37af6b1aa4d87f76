package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutorStateTest {
    private static final CoreConfig CONFIG = CoreConfig.DEFAULTS;

    private final ExecutorState executor =
            new ExecutorState(Registration.of(Fixtures.online("e1", "i1", 4), null), 1_000);

    @Test
    void inTakenShouldHoldItsSlotsOnce() {
        executor.take(key(1), 3, false, 0);
        executor.take(key(1), 2, false, 0);

        assertThat(executor.freeSlots()).isEqualTo(2);
        assertThat(executor.holdings()).hasSize(1);
    }

    @Test
    void inReleasedShouldBeFreeAgain() {
        executor.take(key(1), 3, false, 0);

        executor.revoke(key(1));

        assertThat(executor.freeSlots()).isEqualTo(4);
    }

    @Test
    void inListedShouldBeHeldUntilItsExecutorSaysSo() {
        executor.take(key(1), 1, false, 0);
        executor.reconcile(List.of(key(1)), 100);

        executor.revoke(key(1));

        assertThat(executor.freeSlots()).isEqualTo(3);
    }

    @Test
    void inBriefAttemptsAloneShouldBeSoonFree() {
        assertThat(executor.isSoonFree()).isFalse();
        executor.take(key(1), 1, true, 0);
        assertThat(executor.isSoonFree()).isTrue();

        executor.take(key(2), 2, false, 0);
        assertThat(executor.isSoonFree()).as("with one of two slots").isFalse();

        executor.revoke(key(2));
        assertThat(executor.isSoonFree()).as("without it").isTrue();

        executor.revoke(key(1));
        assertThat(executor.isSoonFree()).as("empty").isFalse();
    }

    @Test
    void inNeverListedShouldBeMissingAfterTheTimeOfADispatch() {
        executor.take(key(1), 1, false, 0);

        assertThat(executor.missing(CONFIG, CONFIG.dispatchTimeoutMs())).isNull();
        assertThat(executor.missing(CONFIG, CONFIG.dispatchTimeoutMs() + 1)).isNotNull();
    }

    @Test
    void inNoLongerListedShouldBeMissingAfterALease() {
        executor.take(key(1), 1, false, 0);
        executor.reconcile(List.of(key(1)), 100);
        executor.reconcile(List.of(), 200);
        executor.reconcile(List.of(), 300);

        assertThat(executor.missing(CONFIG, 200 + CONFIG.leaseMs())).isNull();
        assertThat(executor.missing(CONFIG, 200 + CONFIG.leaseMs() + 1)).isNotNull();
    }
}
