package dev.millrace.scheduler.state.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final Needs GPU = new Needs(0, 0, Map.of("gpu", "yes"));
    private static final Needs TWO = new Needs(2_000, 0, Map.of());

    private final Fleet fleet = new Fleet();

    private ExecutorState put(String id, int slots, Map<String, String> labels) {
        var online = new ExecutorOnline(
                id, Fixtures.POOL, "of " + id, slots, "host", labels, new Capacity(1_000 * slots, 1L << 30), null);
        var executor = new ExecutorState(Registration.of(online, null), 0);
        fleet.put(executor);
        return executor;
    }

    private void take(String id, int task, int slots, boolean brief) {
        fleet.change(fleet.get(id), it -> it.take(Fixtures.key(task), slots, brief, 0));
    }

    private Search search(Needs needs, List<String> tried, List<String> excluded, int lookAhead, int most) {
        return new Search(Fixtures.taskNeeding(needs), tried, excluded, lookAhead, 32, most, fleet.reservation());
    }

    private Search search(Needs needs) {
        return search(needs, List.of(), List.of(), 0, 100);
    }

    private List<String> best(Search search, int limit) {
        return fleet.best(search, limit).stream().map(it -> it.executor().id()).toList();
    }

    private String closest(Needs needs) {
        Offer offer = fleet.closest(search(needs));
        return offer == null ? "nobody" : offer.executor().id();
    }

    @Test
    void inFleetShouldCountSlotsOfThoseWhoTakeWork() {
        put("a", 4, Map.of());
        put("b", 2, Map.of());
        take("a", 1, 3, false);

        assertThat(fleet.slots()).isEqualTo(6);
        assertThat(fleet.freeSlots()).isEqualTo(3);

        fleet.change(fleet.get("a"), it -> it.mark(true));
        assertThat(fleet.slots()).isEqualTo(2);
        assertThat(fleet.freeSlots()).isEqualTo(2);

        fleet.change(fleet.get("a"), it -> it.mark(false));
        assertThat(fleet.remove("a")).isNotNull();
        assertThat(fleet.remove("a")).isNull();
        assertThat(fleet.slots()).isEqualTo(2);
        assertThat(fleet.freeSlots()).isEqualTo(2);
    }

    @Test
    void inBestShouldComeThoseWithMostRoomFirstAndTheTriedLast() {
        put("a", 2, Map.of());
        put("b", 4, Map.of());
        put("c", 3, Map.of());
        put("d", 3, Map.of());

        assertThat(best(search(Needs.NOTHING), 9)).containsExactly("b", "c", "d", "a");
        assertThat(best(search(Needs.NOTHING), 2)).containsExactly("b", "c");
        assertThat(best(search(Needs.NOTHING, List.of("b"), List.of(), 0, 100), 2))
                .containsExactly("c", "d");
        assertThat(best(search(Needs.NOTHING, List.of(), List.of("b", "c"), 0, 100), 9))
                .containsExactly("d", "a");
    }

    @Test
    void inTriedOnesShouldBePassedOverForTheNextBest() {
        for (int i = 0; i < 5; i++) {
            put("e" + i, 4, Map.of());
        }

        assertThat(best(search(Needs.NOTHING, List.of("e0", "e1", "e2"), List.of(), 0, 100), 2))
                .containsExactly("e3", "e4");
        assertThat(best(search(Needs.NOTHING, List.of("e0", "e1", "e2", "e3", "e4"), List.of(), 0, 100), 2))
                .containsExactly("e0", "e1");
    }

    @Test
    void inBigTaskShouldFitWhereSoManySlotsAreFree() {
        put("a", 2, Map.of());
        put("b", 1, Map.of());

        assertThat(fleet.hasRoom(search(TWO))).isTrue();
        assertThat(fleet.hasRoom(search(TWO, List.of(), List.of(), 0, 2))).isTrue();
        assertThat(fleet.hasRoom(search(TWO, List.of(), List.of(), 0, 1)))
                .as("more than the quota leaves")
                .isFalse();
        take("a", 1, 1, false);
        assertThat(fleet.hasRoom(search(TWO))).isFalse();
        assertThat(best(search(TWO), 3)).isEmpty();
        assertThat(closest(TWO)).isEqualTo("a");
    }

    @Test
    void inClosestShouldBeTheOneThatLacksLeast() {
        put("big", 8, Map.of());
        put("small", 2, Map.of());
        for (int i = 0; i < 8; i++) {
            take("big", i, 1, false);
        }
        take("small", 8, 1, false);

        assertThat(closest(TWO)).isEqualTo("small");
        assertThat(closest(GPU)).isEqualTo("nobody");
    }

    @Test
    void inFullFleetShouldSendAheadOnlyWhereASlotIsSoonFree() {
        put("a", 1, Map.of());
        put("b", 1, Map.of());
        take("a", 1, 1, false);
        take("b", 2, 1, true);
        Search ahead = search(Needs.NOTHING, List.of(), List.of(), 2, 100);

        assertThat(fleet.hasRoom(search(Needs.NOTHING))).isFalse();
        assertThat(fleet.hasRoom(ahead)).isTrue();
        assertThat(best(ahead, 3)).containsExactly("b");

        take("b", 3, 1, true);
        assertThat(fleet.hasRoom(ahead)).as("one waits there").isTrue();
        take("b", 4, 1, true);
        assertThat(fleet.hasRoom(ahead)).as("two wait there").isFalse();
    }

    @Test
    void inReservedExecutorShouldBeLeftToWhoeverNeedsTheSame() {
        put("a", 4, Map.of("gpu", "yes"));

        fleet.reserve(new Reservation("a", GPU, "t", "ann", 1, 0));

        assertThat(fleet.hasRoom(search(Needs.NOTHING))).isFalse();
        assertThat(fleet.hasRoom(search(GPU))).isTrue();
        fleet.release(TWO);
        assertThat(fleet.reservation()).isEqualTo(new Reservation("a", GPU, "t", "ann", 1, 0));
        fleet.release(GPU);
        assertThat(fleet.hasRoom(search(Needs.NOTHING))).isTrue();
    }

    @Test
    void inReservedExecutorThatLeavesShouldBeReservedNoMore() {
        put("a", 4, Map.of());
        put("b", 4, Map.of());

        fleet.reserve(new Reservation("a", GPU, "t", "ann", 1, 0));
        fleet.remove("b");
        assertThat(fleet.reservation()).isEqualTo(new Reservation("a", GPU, "t", "ann", 1, 0));
        fleet.remove("a");
        assertThat(fleet.reservation()).isNull();

        put("a", 4, Map.of());
        put("b", 4, Map.of());
        fleet.reserve(new Reservation("a", GPU, "t", "ann", 1, 0));
        fleet.change(fleet.get("b"), it -> it.mark(true));
        assertThat(fleet.reservation()).isEqualTo(new Reservation("a", GPU, "t", "ann", 1, 0));
        fleet.change(fleet.get("a"), it -> it.mark(true));
        assertThat(fleet.reservation()).isNull();
    }

    @Test
    void inTaskShouldBeRunnableElsewhereOnlyByOthersThatCould() {
        put("a", 4, Map.of("gpu", "yes"));
        put("b", 4, Map.of());

        assertThat(fleet.couldRun(GPU)).isTrue();
        assertThat(fleet.couldRunElsewhere(GPU, "a")).isFalse();
        assertThat(fleet.couldRunElsewhere(GPU, "b")).isTrue();
        assertThat(fleet.couldRunElsewhere(Needs.NOTHING, "a")).isTrue();
        assertThat(fleet.couldRunElsewhere(Needs.NOTHING, List.of("a", "b"))).isFalse();

        fleet.change(fleet.get("a"), it -> it.mark(true));
        assertThat(fleet.couldRun(GPU)).isFalse();
        assertThat(fleet.lacking(GPU))
                .containsOnly(Map.entry("drained or suspect", 1), Map.entry("without the label gpu=yes", 1));

        fleet.remove("a");
        assertThat(fleet.lacking(GPU)).containsOnly(Map.entry("without the label gpu=yes", 1));
    }

    @Test
    void inExecutorShouldBeSparedIfHalfOfThePoolIsLeftAndNobodyNeedsIt() {
        ExecutorState a = put("a", 2, Map.of("gpu", "yes"));
        ExecutorState b = put("b", 2, Map.of());

        assertThat(fleet.canSpare(a, List.of(Needs.NOTHING))).isTrue();
        assertThat(fleet.canSpare(a, List.of(Needs.NOTHING, GPU))).isFalse();
        assertThat(fleet.canSpare(b, List.of(Needs.NOTHING, GPU))).isTrue();

        ExecutorState c = put("c", 1, Map.of());
        fleet.change(a, it -> it.mark(true));
        assertThat(fleet.canSpare(b, List.of()))
                .as("one of five slots would be left")
                .isFalse();
        assertThat(fleet.canSpare(c, List.of())).as("two of five").isFalse();
        assertThat(fleet.canSpare(a, List.of())).as("three of five, as now").isTrue();

        fleet.remove("a");
        fleet.remove("b");
        assertThat(fleet.canSpare(c, List.of())).as("nobody would be left").isFalse();
    }

    @Test
    void inExecutorThatIsHeldInVainShouldBeGivenUpAndNotHeldAgainForTwiceAsLong() {
        put("a", 4, Map.of("gpu", "yes"));
        fleet.reserve(new Reservation("a", GPU, "t", "ann", 2, 0));

        fleet.expireReservation(1_000, 1_000);
        assertThat(fleet.reservation()).isNotNull();
        fleet.expireReservation(1_000, 1_001);
        assertThat(fleet.reservation()).isNull();
        assertThat(fleet.mayReserve(GPU, 3_002)).isFalse();
        assertThat(fleet.mayReserve(TWO, 3_002)).isTrue();
        assertThat(fleet.resting(3_002)).as("whatever the needs").containsExactly("a");
        assertThat(fleet.mayReserve(GPU, 3_003)).isTrue();
        assertThat(fleet.resting(3_003)).isEmpty();

        fleet.reserve(new Reservation("a", GPU, "t", "ann", 2, 4_000));
        fleet.expireReservation(1_000, 6_000);
        assertThat(fleet.reservation()).as("twice as long").isNotNull();
        fleet.expireReservation(1_000, 6_001);
        assertThat(fleet.reservation()).isNull();
        assertThat(fleet.mayReserve(GPU, 10_002)).isFalse();
        assertThat(fleet.mayReserve(GPU, 10_003)).isTrue();
        fleet.release(GPU);
        assertThat(fleet.mayReserve(GPU, 6_001)).isTrue();
    }

    @Test
    void inExecutorThatWasHeldShouldNotBeHeldAgainForAsLong() {
        put("a", 4, Map.of("gpu", "yes"));
        fleet.reserve(new Reservation("a", GPU, "t", "ann", 2, 1_000));
        fleet.idleHeldMs(1_500);

        fleet.release(GPU);

        assertThat(fleet.resting(1_999)).containsExactly("a");
        assertThat(fleet.resting(2_000)).isEmpty();
    }

    @Test
    void inExecutorThatIsHeldShouldCountItsIdleSlotsOnce() {
        put("a", 4, Map.of("gpu", "yes"));
        fleet.reserve(new Reservation("a", GPU, "t", "ann", 2, 1_000));

        assertThat(fleet.idleHeldMs(1_500)).isEqualTo(2_000);
        assertThat(fleet.idleHeldMs(1_500)).isZero();
        assertThat(fleet.idleHeldMs(2_000)).isEqualTo(2_000);
    }
}
