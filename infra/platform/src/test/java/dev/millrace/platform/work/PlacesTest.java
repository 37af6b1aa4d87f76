package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.work.Places.Holding;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {
    private static final int PATIENCE_MS = 10_000;

    private final AtomicLong now = new AtomicLong();
    private final List<String> gaveWay = new ArrayList<>();

    private Places places(long limit) {
        return new Places(new SimpleMeterRegistry(), "test", limit, new Places.Pace(1_000, PATIENCE_MS), now::get);
    }

    private void pass(long ms) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private Places.Place holding(Places places, String name, long units) {
        Places.Place place = places.open(() -> gaveWay.add(name));
        assertThat(place.grow(units, Long.MAX_VALUE)).isTrue();
        return place;
    }

    @ParameterizedTest
    @CsvSource({
        // columns: units of the holders that are behind their pace, the furthest behind first; units needed; how many
        // holders give way, or
        // -1 if all of them together are not enough
        "'', 0, 0",
        "'', 1, -1",
        "5, 0, 0",
        "5, -3, 0",
        "5, 1, 1",
        "5, 5, 1",
        "5, 6, -1",
        "1 5 9, 2, 2",
        "1 5 9, 6, 2",
        "1 5 9, 7, 3",
        "1 5 9, 15, 3",
        "1 5 9, 16, -1",
    })
    void noMoreGiveWayThanMakeRoomAndNoneIfTheyDoNot(String units, long needed, int giving) {
        List<Holding> behind = Arrays.stream(units.split(" "))
                .filter(it -> !it.isEmpty())
                .map(it -> new Holding(Long.parseLong(it), 1))
                .toList();

        assertThat(Places.howMany(behind, needed)).isEqualTo(giving);
    }

    @ParameterizedTest
    @CsvSource({
        // columns: bytes moved in each second; seconds; whether the holder gives way
        "1000, 9, false",
        "0, 9, false",
        "0, 11, true",
        "10, 11, true",
        "999, 60, false",
        "900, 60, false",
        "900, 120, true",
        "1000, 3600, false",
        "5000, 3600, false",
    })
    void onlyOneThatIsBehindItsPaceGivesWay(long bytesPerSecond, int seconds, boolean givesWay) {
        Places places = places(1);
        Places.Place held = holding(places, "held", 1);
        for (int i = 0; i < seconds; i++) {
            pass(1_000);
            held.moved(bytesPerSecond);
        }

        boolean taken = places.take(() -> {}).isPresent();

        assertThat(taken).isEqualTo(givesWay);
        assertThat(gaveWay).hasSize(givesWay ? 1 : 0);
        assertThat(held.isDisplaced()).isEqualTo(givesWay);
        assertThat(held.complete()).isEqualTo(!givesWay);
    }

    @Test
    void whatWasMovedAtOnceCountsForNoLongerThanThePatience() {
        Places places = places(1);
        holding(places, "burst", 1).moved(1L << 31);

        pass(PATIENCE_MS - 1);
        assertThat(places.take(() -> {})).isEmpty();
        pass(2);
        assertThat(places.take(() -> {})).isPresent();
    }

    @Test
    void theOneFurthestBehindGivesWayFirst() {
        Places places = places(10);
        Places.Place second = holding(places, "second", 4);
        holding(places, "first", 4);
        pass(1_000);
        second.moved(500);
        holding(places, "third", 2);
        pass(60_000);

        holding(places, "new", 4);

        assertThat(gaveWay).containsExactly("first");
        holding(places, "large", 6);
        assertThat(gaveWay).containsExactly("first", "second", "third");
    }

    @Test
    void timeInWhichTheServiceTakesNothingIsNotTheClients() {
        Places places = places(1);
        Places.Place held = holding(places, "held", 1);
        held.pause();
        pass(10L * PATIENCE_MS);
        assertThat(places.take(() -> {})).as("while it waits for the service").isEmpty();
        held.resume();
        pass(PATIENCE_MS - 1);
        assertThat(places.take(() -> {})).as("with its patience left").isEmpty();
        pass(2);
        assertThat(places.take(() -> {})).isPresent();
    }

    @Test
    void oneThatWasMovedWholeNeverGivesWay() {
        Places places = places(1);
        Places.Place held = holding(places, "held", 1);
        assertThat(held.complete()).isTrue();
        pass(100L * PATIENCE_MS);

        assertThat(places.take(() -> {})).isEmpty();

        held.close();
        assertThat(places.take(() -> {})).isPresent();
    }

    @Test
    void oneThatGaveWayHoldsNothingAndGetsNothing() {
        Places places = places(10);
        Places.Place held = holding(places, "held", 8);
        pass(2L * PATIENCE_MS);
        Places.Place taken = holding(places, "new", 10);

        assertThat(held.units()).isZero();
        held.close();
        assertThat(held.grow(1, 100)).isFalse();
        taken.close();
        assertThat(holding(places, "next", 10).units()).isEqualTo(10);
        assertThat(gaveWay).containsExactly("held");
    }

    @Test
    void respectsWhatAllMayHoldTogether() {
        Places places = places(10);
        holding(places, "held", 5);
        Places.Place wanting = places.open(() -> {});

        assertThat(wanting.grow(3, 7)).isFalse();
        assertThat(wanting.grow(3, 8)).isTrue();
        assertThat(wanting.units()).isEqualTo(3);
    }

    @Test
    void havingOneGiveWayDoesNotTouchThoseThatKeepTheirPace() {
        Places places = places(10);
        holding(places, "held", 1);
        places.displaceOne();
        assertThat(gaveWay).isEmpty();
        pass(2L * PATIENCE_MS);

        places.displaceOne();

        assertThat(gaveWay).containsExactly("held");
    }
}
