package dev.millrace.scheduler.state.fleet;

import static dev.millrace.scheduler.Fixtures.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptStarted;
import java.util.List;
import java.util.Objects;
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
    void inRevokedOnItsWayShouldBeHeldUntilItsExecutorShowsThatItHasItNot() {
        executor.take(key(1), 3, false, 0);

        executor.revoke(key(1), 1_000);

        assertThat(executor.freeSlots()).isEqualTo(1);
        assertThat(executor.missing(CONFIG, 1_000 + CONFIG.leaseMs())).isNull();
        assertThat(executor.missing(CONFIG, 1_000 + CONFIG.leaseMs() + 1)).isNotNull();
        executor.revoke(key(1), 1_000 + CONFIG.leaseMs() + 1);
        assertThat(executor.freeSlots()).isEqualTo(4);
    }

    @Test
    void inSentAheadShouldHaveItsSlotsWhenThoseBeforeItGaveThemBack() {
        executor.take(key(1), 4, true, 0);
        executor.take(key(2), 1, true, 0);
        executor.take(key(3), 1, true, 0);
        executor.reconcile(List.of(key(1), key(2), key(3)), null, 0);
        assertThat(held(2, 3_000)).as("in the queue").isZero();

        executor.reported(start(3), 1_000);
        executor.reported(given(1), 2_000);

        assertThat(held(2, 3_000)).as("had its turn").isEqualTo(1_000);
        assertThat(held(3, 3_000)).as("was let in before").isEqualTo(2_000);
    }

    @Test
    void inNoLongerListedShouldHaveHeldItsSlotsUntilThen() {
        executor.take(key(1), 1, false, 1_000);
        assertThat(held(1, 2_000)).as("nothing shows that it is there").isZero();

        executor.reconcile(List.of(key(1)), null, 2_000);
        executor.reconcile(List.of(), null, 4_000);

        assertThat(held(1, 9_000)).isEqualTo(3_000);
        executor.revoke(key(1), 9_000);
        assertThat(executor.freeSlots()).isEqualTo(4);
    }

    private long held(int task, long tick) {
        return Objects.requireNonNull(executor.holding(key(task))).heldMs(tick);
    }

    private static AttemptStarted start(int task) {
        AttemptKey it = key(task);
        return new AttemptStarted(
                it.taskId(), Fixtures.job(1), Fixtures.POOL, it.attempt(), it.epoch(), "e1", "i1", 0, 0);
    }

    private static AttemptReturned given(int task) {
        AttemptKey it = key(task);
        return new AttemptReturned(
                it.taskId(), Fixtures.job(1), Fixtures.POOL, it.attempt(), it.epoch(), "e1", "i1", "full");
    }

    @Test
    void inListedShouldBeHeldUntilItsExecutorSaysSo() {
        executor.take(key(1), 1, false, 0);
        executor.reconcile(List.of(key(1)), null, 100);

        executor.revoke(key(1), 200);

        assertThat(executor.freeSlots()).isEqualTo(3);
    }

    @Test
    void inBriefAttemptsAloneShouldBeSoonFree() {
        assertThat(executor.isSoonFree()).isFalse();
        executor.take(key(1), 1, true, 0);
        assertThat(executor.isSoonFree()).isTrue();

        executor.take(key(2), 2, false, 0);
        assertThat(executor.isSoonFree()).as("with one of two slots").isFalse();

        executor.reported(given(2), 0);
        assertThat(executor.isSoonFree()).as("without it").isTrue();

        executor.reported(given(1), 0);
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
        executor.reconcile(List.of(key(1)), null, 100);
        executor.reconcile(List.of(), null, 200);
        executor.reconcile(List.of(), null, 300);

        assertThat(executor.missing(CONFIG, 200 + CONFIG.leaseMs())).isNull();
        assertThat(executor.missing(CONFIG, 200 + CONFIG.leaseMs() + 1)).isNotNull();
    }
}
