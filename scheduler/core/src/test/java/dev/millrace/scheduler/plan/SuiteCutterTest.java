package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.plan.SuiteCutter.Bundle;
import dev.millrace.scheduler.plan.SuiteCutter.Unit;
import dev.millrace.schemas.history.Estimate;
import dev.millrace.schemas.history.Estimate.Confidence;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteCutterTest {
    private static Unit unit(String name, long ms) {
        return new Unit(name, new Estimate(ms, 3 * ms, Confidence.HIGH, "test"));
    }

    private static List<Unit> units(int number, long ms) {
        var units = new ArrayList<Unit>();
        for (int i = 0; i < number; i++) {
            units.add(unit(String.format("C%04d", i), ms));
        }
        return units;
    }

    private static List<List<String>> names(List<Bundle> bundles) {
        return bundles.stream()
                .map(it -> it.units().stream().map(Unit::name).toList())
                .toList();
    }

    @Test
    void inShortSuiteShouldFillBundlesOfTwoSecondsEvenly() {
        List<Bundle> bundles = SuiteCutter.cut(List.of(
                unit("a", 1_900), unit("b", 1_000), unit("c", 900), unit("d", 800), unit("e", 700), unit("f", 100)));

        assertThat(names(bundles)).containsExactly(List.of("a"), List.of("b", "e", "f"), List.of("c", "d"));
        assertThat(bundles).extracting(Bundle::estimateMs).containsExactly(1_900L, 1_800L, 1_700L);
    }

    @Test
    void inUnitAsLongAsABundleShouldRunItAlone() {
        List<Bundle> bundles = SuiteCutter.cut(List.of(unit("long", 2_000), unit("a", 300), unit("b", 200)));

        assertThat(names(bundles)).containsExactly(List.of("long"), List.of("a", "b"));
    }

    @Test
    void inEquallyLongUnitsShouldGoByName() {
        List<Bundle> bundles = SuiteCutter.cut(List.of(unit("z", 5_000), unit("a", 5_000), unit("m", 5_000)));

        assertThat(names(bundles)).containsExactly(List.of("a"), List.of("m"), List.of("z"));
    }

    @Test
    void inLongSuiteShouldMakeTwentyFourBundles() {
        assertThat(SuiteCutter.cut(units(2_400, 100)))
                .hasSize(24)
                .allMatch(it -> it.units().size() == 100 && it.estimateMs() == 10_000);
    }

    @Test
    void inVeryLongSuiteShouldMakeNoBundleOfMoreThanAMinute() {
        assertThat(SuiteCutter.cut(units(300, 10_000))).hasSize(50).allMatch(it -> it.estimateMs() == 60_000);
    }

    @Test
    void inManyTinyUnitsShouldHoldNoMoreThanTwoHundredEach() {
        assertThat(SuiteCutter.cut(units(401, 1)))
                .hasSize(3)
                .allMatch(it -> it.units().size() <= 200);
        assertThat(SuiteCutter.cut(units(200, 1))).hasSize(1);
    }

    @Test
    void inNoUnitsShouldMakeNoBundles() {
        assertThat(SuiteCutter.cut(List.of())).isEmpty();
    }

    @Test
    void inBundleShouldExpectTheSumAndAllowForTheLatest() {
        var late = new Unit("late", new Estimate(1_000, 9_000, Confidence.LOW, "test"));
        var bundle = new Bundle(List.of(late, unit("other", 2_000)));

        assertThat(bundle.estimate(500, "because"))
                .isEqualTo(new Estimate(3_500, 3_500 + 8_000, Confidence.LOW, "because"));
    }

    @Test
    void inBundleOfPunctualUnitsShouldStillAllowForHalfAsMuch() {
        var punctual = new Unit("punctual", new Estimate(1_000, 1_000, Confidence.HIGH, "test"));

        assertThat(new Bundle(List.of(punctual)).estimate(0, "because"))
                .isEqualTo(new Estimate(1_000, 1_500, Confidence.HIGH, "because"));
    }

    @Test
    void inBundleOfWhichMostIsNewShouldBeAGuess() {
        var guess = new Unit("new", Estimate.guess(105, "by number of tests"));
        var known = new Unit("known", new Estimate(100, 150, Confidence.HIGH, "history"));
        var longer = new Unit("longer", new Estimate(110, 150, Confidence.HIGH, "history"));

        assertThat(isGuess(new Bundle(List.of(guess)))).isTrue();
        assertThat(isGuess(new Bundle(List.of(guess, known)))).isTrue();
        assertThat(isGuess(new Bundle(List.of(guess, longer)))).isFalse();
    }

    private static boolean isGuess(Bundle bundle) {
        Estimate estimate = bundle.estimate(500, "units");
        return Estimate.isGuess(estimate.ms(), estimate.upperMs());
    }
}
