package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.submitted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NeedsTest {
    private static final Needs GPU = new Needs(0, 0, Map.of("gpu", "a100"));
    private static final Needs TWO_CPUS = new Needs(2_000, 0, Map.of());

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private void online(String id, int slots, Map<String, String> labels) {
        pool.give(new ExecutorOnline(
                id,
                Fixtures.POOL,
                "of " + id,
                slots,
                "host",
                labels,
                new Capacity(1_000 * slots, (long) slots << 30),
                null));
    }

    private void queue(Needs... needs) {
        pool.give(submitted(job), planned(job, needs.length));
        for (int i = 0; i < needs.length; i++) {
            pool.give(Fixtures.queued(job, i, 5_000, needs[i]));
        }
    }

    private String placeOf(int index) {
        return pool.dispatchOf(Ids.taskId(job, index))
                .map(TaskDispatched::executorId)
                .orElse("nowhere");
    }

    @Test
    void inLabelledTaskShouldGoWhereTheLabelIs() {
        online("plain", 8, Map.of());
        online("other", 8, Map.of("gpu", "v100"));
        online("right", 1, Map.of("gpu", "a100", "os", "linux"));

        queue(GPU);

        assertThat(placeOf(0)).isEqualTo("right");
    }

    @Test
    void inTaskThatNobodyCanRunNowShouldNotHoldUpTheOthers() {
        online("plain", 2, Map.of());

        queue(GPU, Needs.NOTHING, Needs.NOTHING);

        assertThat(placeOf(0)).isEqualTo("nowhere");
        assertThat(placeOf(1)).isEqualTo("plain");
        assertThat(placeOf(2)).isEqualTo("plain");
    }

    @Test
    void inBigTaskShouldTakeAsManySlotsAsItsNeedsComeTo() {
        online("e", 4, Map.of());

        queue(TWO_CPUS, new Needs(500, 1L << 30, Map.of()), Needs.NOTHING, Needs.NOTHING);

        assertThat(pool.all(TaskPlaced.class)).extracting(TaskPlaced::slots).containsExactly(2, 1, 1);
        assertThat(placeOf(3)).isEqualTo("nowhere");
    }

    @Test
    void inBigTaskAmongSmallOnesShouldHoldAnExecutorUntilThereIsRoom() {
        online("e1", 2, Map.of());
        queue(Needs.NOTHING, Needs.NOTHING, TWO_CPUS, Needs.NOTHING, Needs.NOTHING);

        pool.give(finished(pool.dispatchOf(Ids.taskId(job, 0)).orElseThrow(), Outcome.PASSED));
        assertThat(placeOf(3)).isEqualTo("nowhere");
        pool.give(finished(pool.dispatchOf(Ids.taskId(job, 1)).orElseThrow(), Outcome.PASSED));

        assertThat(pool.all(ExecutorReserved.class))
                .singleElement()
                .matches(it -> it.executorId().equals("e1") && it.slots() == 2);
        assertThat(placeOf(2)).isEqualTo("e1");
    }

    @Test
    void inRetryThatMustGoElsewhereShouldHoldAnExecutorWhereItMayRun() {
        online("big", 4, Map.of());
        online("small", 2, Map.of());
        pool.give(submitted(job), planned(job, 6));
        pool.give(Fixtures.queued(job, 0, 5_000, null, 1, null, TWO_CPUS));
        for (int i = 1; i < 6; i++) {
            pool.give(Fixtures.queued(job, i, 5_000, Needs.NOTHING));
        }

        pool.give(finished(pool.dispatchOf(Ids.taskId(job, 0)).orElseThrow(), Outcome.FAILED));

        assertThat(pool.all(ExecutorReserved.class))
                .extracting(ExecutorReserved::executorId)
                .containsExactly("small");
        assertThat(placeOf(5)).isEqualTo("big");
    }

    @Test
    void inTaskThatOnlyItsQuotaHoldsBackShouldHoldNoExecutor() {
        online("e", 4, Map.of());
        pool.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "owner", 1, 2));

        queue(Needs.NOTHING, TWO_CPUS);
        pool.give(Fixtures.wholeJob(Fixtures.job(2), "other", Priority.NORMAL, 0, 0, 5_000, 5_000, 5_000));

        assertThat(pool.all(ExecutorReserved.class)).isEmpty();
        assertThat(pool.state().fleet().freeSlots()).isZero();
        pool.give(finished(pool.dispatchOf(Ids.taskId(job, 0)).orElseThrow(), Outcome.PASSED));
        assertThat(pool.all(ExecutorReserved.class))
                .as("once the quota allows it")
                .hasSize(1);
    }

    @Test
    void inReservationThatNobodyMayUseAnyMoreShouldHoldNobodyUp() {
        online("e", 2, Map.of());
        queue(Needs.NOTHING, TWO_CPUS);
        pool.give(Fixtures.wholeJob(Fixtures.job(2), "other", Priority.NORMAL, 0, 0, 5_000, 5_000));
        assertThat(pool.all(ExecutorReserved.class)).hasSize(1);
        assertThat(pool.state().fleet().freeSlots()).isEqualTo(1);

        pool.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "owner", 1, 2));

        assertThat(pool.state().fleet().freeSlots()).isZero();
    }

    @Test
    void inShortTasksSentAheadShouldStillLetALabelledOneIn() {
        online("e1", 1, Map.of("gpu", "a100"));
        pool.give(Fixtures.wholeJob(Fixtures.job(2), "ci", Priority.BULK, 0, 0, LongArrays.of(100, 10)));
        queue(GPU);

        while (placeOf(0).equals("nowhere")) {
            TaskDispatched next = pool.all(TaskDispatched.class)
                    .get(pool.all(TaskCompleted.class).size());
            pool.give(finished(next, Outcome.PASSED));
        }

        // The 15 tasks of 10 ms that were sent ahead to cover 150 ms, and the one that runs.
        assertThat(pool.all(TaskCompleted.class)).hasSizeLessThanOrEqualTo(15 + 1);
    }

    @Test
    void inTaskThatNobodyEverCanRunShouldExpireWithTheExplanation() {
        online("plain", 2, Map.of());
        online("small", 1, Map.of("gpu", "a100"));
        queue(new Needs(2_000, 0, Map.of("gpu", "a100")), Needs.NOTHING);

        for (long passed = 0; passed <= CoreConfig.DEFAULTS.expireAfterMs(); passed += 4_000) {
            pool.give(beat("plain"), beat("small"));
            pool.tickAfter(4_000);
        }

        assertThat(pool.all(TaskCompleted.class))
                .filteredOn(it -> it.index() == 0)
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.outcome()).isEqualTo(Outcome.EXPIRED);
                    assertThat(it.reason())
                            .isEqualTo("no executor of pool 'default' could run it for 30 min; there are:"
                                    + " 1 with 1.0 processors, fewer than 2.0, 1 without the label gpu=a100");
                });
    }

    private static ExecutorHeartbeat beat(String id) {
        return new ExecutorHeartbeat(id, Fixtures.POOL, "of " + id, 0, "h", null);
    }

    @Test
    void inExecutorThatAloneCanRunSomethingShouldNotBeSpared() {
        online("plain", 8, Map.of());
        online("gpu", 1, Map.of("gpu", "a100"));
        online("other", 1, Map.of());
        pool.give(Fixtures.tick());
        PoolState state = pool.state();

        assertThat(state.quarantine().canSpare(executor("gpu")))
                .as("while nobody needs it")
                .isTrue();
        queue(GPU);

        assertThat(state.quarantine().canSpare(executor("gpu"))).isFalse();
        assertThat(state.quarantine().canSpare(executor("other"))).isTrue();
        assertThat(state.quarantine().canSpare(executor("plain")))
                .as("most of the slots")
                .isFalse();
        pool.give(finished(pool.dispatchOf(Ids.taskId(job, 0)).orElseThrow(), Outcome.PASSED));
        assertThat(state.quarantine().canSpare(executor("gpu")))
                .as("once it is done")
                .isTrue();
    }

    @Test
    void inDrainedExecutorThatCouldRunItShouldBeNamedInTheReason() {
        online("plain", 2, Map.of());
        online("gpu", 1, Map.of("gpu", "a100"));

        assertThat(pool.state().fleet().lacking(GPU)).containsOnly(Map.entry("without the label gpu=a100", 1));
        pool.give(new ExecutorStandingRequested("gpu", Fixtures.POOL, "op", Standing.DRAINING, "disks"));

        assertThat(pool.state().fleet().lacking(GPU))
                .containsOnly(Map.entry("without the label gpu=a100", 1), Map.entry("drained or suspect", 1));
    }

    @Test
    void inBriefTaskOfSeveralSlotsShouldWaitUntilTheyAreFree() {
        online("e", 4, Map.of());
        pool.give(submitted(job), planned(job, 5));
        for (int i = 0; i < 3; i++) {
            pool.give(Fixtures.queued(job, i, 10, Needs.NOTHING));
        }

        pool.give(Fixtures.queued(job, 3, 10, TWO_CPUS), Fixtures.queued(job, 4, 10, Needs.NOTHING));

        assertThat(placeOf(3)).as("one slot is free, and it takes two").isEqualTo("nowhere");
    }

    @Test
    void inPoolFullOfLongAndOfBriefTasksShouldSendAheadToTheBriefOnes() {
        online("a", 1, Map.of());
        pool.give(submitted(job), planned(job, 3));
        pool.give(Fixtures.queued(job, 0, 60_000, Needs.NOTHING));
        online("b", 1, Map.of());
        pool.give(Fixtures.queued(job, 1, 10, Needs.NOTHING));

        pool.give(Fixtures.queued(job, 2, 10, Needs.NOTHING));

        assertThat(placeOf(0)).isEqualTo("a");
        assertThat(placeOf(1)).isEqualTo("b");
        assertThat(placeOf(2)).as("a sorts first, and is not soon free").isEqualTo("b");
    }

    @Test
    void inExpiryOfOneOwnersTaskShouldNotWaitForAnotherOwners() {
        pool.give(Fixtures.wholeJob(job, "b", Priority.NORMAL, 0, 0, 5_000).toArray(Event[]::new));
        pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() - 1_000);
        pool.give(Fixtures.wholeJob(Fixtures.job(3), "a", Priority.NORMAL, 0, 0, 5_000)
                .toArray(Event[]::new));

        pool.tickAfter(2_000);

        assertThat(pool.all(TaskCompleted.class))
                .extracting(TaskCompleted::taskId)
                .containsExactly(Ids.taskId(job, 0));
    }

    private ExecutorView executor(String id) {
        return Objects.requireNonNull(pool.state().executor(id));
    }
}
