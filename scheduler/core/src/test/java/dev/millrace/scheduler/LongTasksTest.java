package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.Standing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the shares of owners in a pool where tasks run for up to hours, often much longer than their estimates. */
class LongTasksTest {
    private static final Needs FOUR_CPUS = new Needs(4_000, 0, Map.of());
    private static final Needs GPU = new Needs(0, 0, Map.of("gpu", "yes"));
    private static final long HOUR = 3_600_000;

    private final TimedPool it = new TimedPool();

    /** Lets {@code seconds} pass and returns the sum of the attempts that the owner ran in each of these seconds. */
    private long had(String owner, int seconds) {
        long sum = 0;
        for (int i = 0; i < seconds; i++) {
            it.pass(1);
            sum += it.running(owner);
        }
        return sum;
    }

    /** Starts an executor with four slots. A task of ann occupies one of them for six hours; ben has enough work for the other three. */
    private void threeSlotsForBen() {
        it.online("e", 4, Map.of());
        it.job(1, "ben", 5_000, 20_000, 20_000, Needs.NOTHING);
        it.job(2, "ann", 1, 1_000, 6 * HOUR, Needs.NOTHING);
        it.pass(30);
    }

    /**
     * Asserts that the owner had more than 45 percent of the three other slots during this time, although executors were held for other
     * tasks more than once.
     */
    private void assertHalfOfThem(long had, int seconds) {
        assertThat(it.pool.all(ExecutorReserved.class)).hasSizeGreaterThan(1);
        assertThat(had)
                .as("of the three slots that are not taken for six hours")
                .isGreaterThan(3L * seconds * 45 / 100);
    }

    @Test
    void inTasksThatOutlastTheirEstimateByFarShouldLeaveOthersTheirShare() {
        it.online("e", 10, Map.of());
        it.job(1, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);

        it.newJob(2, "ann", 100, HOUR);
        it.pass(240);

        assertThat(had("ben", 600)).as("of 6,000, half are its own").isBetween(2_700L, 3_600L);
    }

    @Test
    void inRestartShouldNotTakeLongRunningAttemptsForIdle() {
        it.online("e", 10, Map.of());
        it.job(1, "ann", 200, 600_000, 600_000, Needs.NOTHING);
        it.pass(60);
        it.restart("ann");
        it.pass(530);

        it.job(2, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(20);

        assertThat(had("ann", 1_200)).as("of 12,000, half are its own").isGreaterThan(5_000);
    }

    @Test
    void inChangeOfWeightAndRestartShouldSettleAtThePriceThatWasPaid() {
        it.online("e", 10, Map.of());
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "ann", 10, 0));
        it.job(1, "ann", 500, HOUR, 60_000, Needs.NOTHING);
        it.pass(30);
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "ann", 1, 0));
        it.restart("ann");

        it.job(2, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(60);

        assertThat(had("ben", 1_200)).as("of 12,000, half are its own").isGreaterThan(4_000);
    }

    @Test
    void inExecutorHeldForATaskThatCannotGetRoomShouldServeOthersHalfOfTheTime() {
        threeSlotsForBen();
        it.job(3, "ann", 1, 1_000, 1_000, FOUR_CPUS);

        long had = had("ben", 4 * 3_600);

        assertHalfOfThem(had, 4 * 3_600);
    }

    @Test
    void inHoldsForUrgentTasksWithDifferentNeedsShouldServeOthersHalfOfTheTime() {
        threeSlotsForBen();
        it.urgent(3, "ann", 1, 1_000, 1_000, FOUR_CPUS);
        it.urgent(4, "ann", 1, 1_000, 1_000, new Needs(4_000, 1, Map.of()));

        long had = had("ben", 4 * 3_600);

        assertHalfOfThem(had, 4 * 3_600);
    }

    @Test
    void inHoldsForJobsThatAreCancelledEachTimeShouldServeOthersHalfOfTheTime() {
        threeSlotsForBen();

        long had = 0;
        for (int i = 0; i < 15; i++) {
            it.urgent(3 + i, "ann", 1, 1_000, 1_000, FOUR_CPUS);
            had += had("ben", 240);
            it.give(Fixtures.cancel(Fixtures.job(3 + i)));
        }

        assertHalfOfThem(had, 15 * 240);
    }

    @Test
    void inQuotaThatLongTasksUseShouldNotHoldUpTheOwnersSmallTasksForALargeOne() {
        it.online("e", 8, Map.of());
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "ann", 1, 4));
        it.job(1, "ann", 2, 6 * HOUR, 6 * HOUR, Needs.NOTHING);
        it.pass(3);
        it.job(2, "ann", 1, 10_000, 10_000, new Needs(3_000, 0, Map.of()));
        it.job(3, "ann", 5_000, 10_000, 10_000, Needs.NOTHING);

        long had = had("ann", 3 * 3_600) - 2 * 3 * 3_600;

        assertThat(had).as("of the two slots that her quota leaves").isGreaterThan(2 * 3 * 3_600 * 45 / 100);
    }

    @Test
    void inOwnersSmallTasksShouldNotHoldUpItsLargeOneForEver() {
        it.online("e", 8, Map.of());
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "ann", 1, 4));
        it.job(1, "ann", 4, 10_000, 10_000, Needs.NOTHING);
        it.pass(3);
        it.job(2, "ann", 1, 10_000, 10_000, FOUR_CPUS);
        // The small tasks end at different times, and another small task is always waiting.
        for (int i = 0; i < 4; i++) {
            it.job(3 + i, "ann", 500, 10_000, 10_000 + 500 * i, Needs.NOTHING);
            it.pass(2);
        }

        it.pass(400);

        assertThat(it.pool.state().task(Ids.taskId(Fixtures.job(2), 0))).isNull();
    }

    @Test
    void inTaskThatOnlyASuspectCouldRunShouldTryItAgainAtOnce() {
        it.online("e1", 4, Map.of());
        it.online("e2", 4, Map.of("gpu", "yes"));
        it.give(new ExecutorStandingRequested("e2", Fixtures.POOL, "op", Standing.DRAINING, "disks"));
        it.job(1, "ann", 1, 1_000, 1_000, GPU);
        it.pass(5);
        assertThat(it.runs(Ids.taskId(Fixtures.job(1), 0)))
                .as("what an operator says stays")
                .isFalse();

        it.give(new ExecutorStandingRequested("e2", Fixtures.POOL, "op", Standing.ACTIVE, "mended"));
        it.pass(5);
        PoolState state = it.pool.state();
        state.apply(
                new ExecutorMarked(
                        "e2",
                        Fixtures.POOL,
                        state.sequence() + 1,
                        Standing.SUSPECT,
                        ExecutorMarked.BY_SCHEDULER,
                        "it fails",
                        List.of()),
                new Now(it.pool.tickMs, it.pool.wallMs));
        it.pass(5);
        assertThat(state.mark("e2")).as("as long as nobody needs it").isNotNull();
        it.job(2, "ann", 1, 1_000, 10_000, GPU);
        it.pass(1);
        assertThat(it.runs(Ids.taskId(Fixtures.job(2), 0))).isTrue();
    }

    @Test
    void inExecutorHeldForALargeTaskShouldKeepTheQuotaForItToo() {
        it.online("e1", 4, Map.of());
        it.online("e2", 4, Map.of());
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "ann", 1, 4));
        it.job(1, "ben", 1_000, 60_000, 60_000, Needs.NOTHING);
        it.pass(7);
        it.job(2, "ben", 1_000, 60_000, 67_000, Needs.NOTHING);
        it.job(3, "ann", 1, 10_000, 10_000, FOUR_CPUS);
        it.job(4, "ann", 2_000, 10_000, 11_000, Needs.NOTHING);

        it.pass(900);

        assertThat(it.pool.state().task(Ids.taskId(Fixtures.job(3), 0))).isNull();
    }

    @Test
    void inLargeTaskAmongLongOnesShouldHoldAnExecutorUntilItOutlastsThem() {
        it.online("e", 4, Map.of());
        for (int i = 0; i < 4; i++) {
            it.job(1 + i, "ben", 50, 1_200_000, 1_200_000, Needs.NOTHING);
            it.pass(300);
        }
        it.job(5, "ann", 1, 10_000, 10_000, FOUR_CPUS);

        it.pass(3 * 3_600);

        assertThat(it.pool.state().task(Ids.taskId(Fixtures.job(5), 0))).isNull();
    }

    @Test
    void inGuessesBeyondTheShareShouldNotHoldUpWhatIsKnown() {
        it.online("e", 4, Map.of());
        it.job(1, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);
        it.newJob(2, "ann", 10, HOUR);
        it.pass(100);
        assertThat(it.running("ann")).as("its share").isEqualTo(2);

        it.job(3, "ann", 1, 1_000, 1_000, Needs.NOTHING);
        it.pass(900);

        assertThat(it.pool.state().task(Ids.taskId(Fixtures.job(3), 0))).isNull();
    }

    @Test
    void inOwnersWhoCouldNotUseASlotShouldNotCutTheShareOfGuesses() {
        it.online("e", 10, Map.of());
        it.online("gpu", 1, Map.of("gpu", "yes"));
        it.give(new OwnerQuotaRequested(Fixtures.POOL, "op", "carl", 100, 0));
        it.job(1, "carl", 50, 600_000, 600_000, GPU);
        it.job(2, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);

        it.newJob(3, "ann", 100, HOUR);
        it.pass(240);

        assertThat(it.running("ann")).as("half of what anybody can use").isGreaterThanOrEqualTo(4);
    }

    @Test
    void inGuessesWithNeedsOfTheirOwnShouldLeaveOthersTheirShareToo() {
        it.online("e", 10, Map.of("os", "linux"));
        it.job(1, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);

        it.newJob(2, "ann", 100, HOUR, new Needs(0, 0, Map.of("os", "linux")));
        it.pass(240);

        assertThat(had("ben", 600)).as("of 6,000, half are its own").isBetween(2_700L, 3_600L);
    }

    @Test
    void inExecutorHeldInVainShouldHoldAnotherOneNext() {
        it.online("e1", 4, Map.of());
        it.job(1, "carl", 1, 60_000, 6 * HOUR, Needs.NOTHING);
        it.pass(2);
        it.online("e2", 4, Map.of());
        for (int i = 0; i < 4; i++) {
            it.job(2 + i, "ben", 1_000, 60_000, 60_000, Needs.NOTHING);
            it.pass(15);
        }

        it.job(6, "ann", 1, 10_000, 10_000, FOUR_CPUS);
        it.pass(1_200);

        assertThat(it.pool.state().task(Ids.taskId(Fixtures.job(6), 0))).isNull();
    }

    @Test
    void inSeveralOwnersOfGuessesShouldLeaveTheOthersTheirShare() {
        it.online("e", 10, Map.of());
        it.job(1, "ben", 500, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);
        it.newJob(2, "ann", 100, HOUR);
        it.pass(60);
        it.newJob(3, "carl", 100, HOUR);
        it.pass(60);
        it.newJob(4, "dora", 100, HOUR);
        it.pass(180);

        assertThat(it.running("ann")).isEqualTo(5);
        assertThat(it.running("carl")).isPositive();
        assertThat(it.running("dora")).isPositive();
        assertThat(had("ben", 600)).as("of 6,000, a quarter is its own").isGreaterThan(1_200);
    }

    @Test
    void inGuessesOfSeveralSlotsShouldCountTheSlotsTheyTake() {
        it.online("e1", 4, Map.of());
        it.online("e2", 4, Map.of());
        for (int i = 0; i < 4; i++) {
            it.job(1 + i, "ben", 500, 60_000, 60_000, Needs.NOTHING);
            it.pass(15);
        }

        it.newJob(5, "ann", 10, HOUR, new Needs(3_000, 0, Map.of()));
        it.pass(1_800);

        assertThat(it.running("ann"))
                .as("three slots each, of four that are its own")
                .isEqualTo(1);
    }

    @Test
    void inRestartShouldGoOnChargingWhatOutlastedItsEstimateBefore() {
        it.online("e", 10, Map.of());
        it.job(1, "ben", 5_000, 60_000, 60_000, Needs.NOTHING);
        it.pass(30);
        it.newJob(2, "ann", 5, 6 * HOUR);
        it.job(3, "ann", 5_000, 60_000, 60_000, Needs.NOTHING);
        it.pass(2 * 3_600);
        it.restart("ann", "ben");
        it.pass(3_600);

        assertThat(had("ben", 1_200)).as("of 12,000, half are its own").isGreaterThan(5_000);
    }
}
