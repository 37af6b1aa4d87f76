package dev.millrace.scheduler.state.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Standing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExecutorQuarantineTest {
    private static final long LIMIT_MS = 1_000;

    private final Fleet fleet = new Fleet();
    private final Set<Needs> openNeeds = new LinkedHashSet<>();
    private final List<String> changed = new ArrayList<>();
    private boolean shared;
    private final ExecutorQuarantine quarantine =
            new ExecutorQuarantine(fleet, () -> openNeeds, changed::add, () -> shared);

    private ExecutorState join(String id, int slots) {
        ExecutorState executor =
                quarantine.joined(new ExecutorState(Registration.of(Fixtures.online(id, "i1", slots), null), 0));
        fleet.put(executor);
        return executor;
    }

    private static StandingOverride mark(String id) {
        return new StandingOverride(id, Standing.DRAINING, "ann", "because", null);
    }

    private void failThrice(String id, long tickMs) {
        for (int i = 0; i < 3; i++) {
            quarantine.suspicion().of(id).failed("task" + i, "owner");
            quarantine.judge(id, tickMs);
        }
    }

    @Test
    void inReportThatIsReadAfterItsExecutorLeftShouldLeaveNothingBehind() {
        quarantine.suspicion().of("gone").failed("task", "owner");

        quarantine.judge("gone", 0);

        assertThat(quarantine.suspicion().known("gone")).isNull();
    }

    @Test
    void inThreeUnexplainedFailuresShouldHoldItUntilItsTimeIsUp() {
        ExecutorState executor = join("e1", 2);
        join("e2", 2);
        openNeeds.add(Needs.NOTHING);

        failThrice("e1", 100);
        assertThat(executor.isHeld()).isTrue();

        quarantine.endProbations(LIMIT_MS, 100 + LIMIT_MS);
        assertThat(executor.isHeld()).isTrue();
        quarantine.endProbations(LIMIT_MS, 101 + LIMIT_MS);
        assertThat(executor.isHeld()).isFalse();
        quarantine.judge("e1", 102 + LIMIT_MS);
        assertThat(executor.isHeld()).as("it is believed again").isFalse();
    }

    @Test
    void inFailureThatWasExplainedShouldEndTheHoldAtOnce() {
        ExecutorState executor = join("e1", 2);
        join("e2", 2);
        failThrice("e1", 0);

        quarantine.suspicion().of("e1").exonerated("task0");
        quarantine.judge("e1", 1);

        assertThat(executor.isHeld()).isFalse();
    }

    @Test
    void inExecutorThatThePoolNeedsShouldNotBeHeld() {
        ExecutorState executor = join("e1", 4);
        join("e2", 2);

        failThrice("e1", 0);

        assertThat(executor.isHeld()).isFalse();
    }

    @Test
    void inExecutorSomebodyVouchesForShouldBeginAnew() {
        ExecutorState executor = join("e1", 2);
        join("e2", 2);
        failThrice("e1", 0);

        quarantine.set("e1", null, false, 0);

        assertThat(executor.isHeld()).isFalse();
        assertThat(executor.acceptsWork()).isTrue();
        assertThat(quarantine.suspicion().known("e1")).isNull();
    }

    @Test
    void inExecutorThatLeftShouldBeForgottenButForItsMark() {
        join("e1", 2);
        quarantine.set("e1", mark("e1"), false, 0);
        quarantine.suspicion().of("e1").failed("task", "owner");

        quarantine.left("e1");

        assertThat(quarantine.suspicion().known("e1")).isNull();
        assertThat(quarantine.mark("e1")).isNotNull();
        assertThat(join("e1", 2).acceptsWork()).isFalse();
    }

    @Test
    void inMoreMarksThanAreKeptShouldForgetTheOldestOfThoseWhoLeft() {
        join("e0", 1);
        for (int i = 0; i < 1_000; i++) {
            quarantine.set("e" + i, mark("e" + i), false, 0);
        }
        assertThat(quarantine.mark("e1")).isNotNull();
        changed.clear();

        quarantine.set("e1000", mark("e1000"), false, 0);

        assertThat(quarantine.mark("e0")).as("is there").isNotNull();
        assertThat(quarantine.mark("e1")).as("the oldest that left").isNull();
        assertThat(quarantine.mark("e2")).isNotNull();
        assertThat(changed).containsExactly("e1000", "e1");
    }

    @Test
    void inSharedPoolShouldHoldNobodyForOneOwnersFailures() {
        shared = true;
        ExecutorState executor = join("e1", 2);
        join("e2", 2);
        for (int i = 0; i < 3; i++) {
            quarantine.suspicion().of("e1").failed("task" + i, "owner");
        }
        quarantine.judge("e1", 0);
        assertThat(executor.isHeld()).isFalse();

        quarantine.suspicion().of("e1").failed("task3", "other");
        quarantine.judge("e1", 0);

        assertThat(executor.isHeld()).isTrue();
    }
}
