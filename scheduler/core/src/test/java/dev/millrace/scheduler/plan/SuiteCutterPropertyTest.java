package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.history.Estimate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class SuiteCutterPropertyTest {
    private static List<SuiteCutter.Unit> units(List<Long> estimates) {
        var units = new ArrayList<SuiteCutter.Unit>();
        for (int i = 0; i < estimates.size(); i++) {
            units.add(
                    new SuiteCutter.Unit("C" + i, new Estimate(estimates.get(i), 0, Estimate.Confidence.HIGH, "test")));
        }
        return units;
    }

    @Property(tries = 300)
    void inAnyCutShouldHoldEveryUnitOnceAndComeLongestFirst(
            @ForAll @Size(max = 600) List<@LongRange(min = 1, max = 200_000) Long> estimates) {
        List<SuiteCutter.Unit> units = units(estimates);

        List<SuiteCutter.Bundle> bundles = SuiteCutter.cut(units);

        assertThat(bundles.stream().flatMap(it -> it.units().stream())).containsExactlyInAnyOrderElementsOf(units);
        assertThat(bundles).allMatch(it -> !it.units().isEmpty() && it.units().size() <= 200);
        assertThat(bundles.stream().map(SuiteCutter.Bundle::estimateMs))
                .isSortedAccordingTo(Collections.reverseOrder());
    }

    @Property(tries = 100)
    void inAnyOrderOfUnitsShouldCutTheSame(
            @ForAll @Size(max = 100) List<@LongRange(min = 1, max = 50_000) Long> estimates, @ForAll long seed) {
        List<SuiteCutter.Unit> shuffled = new ArrayList<>(units(estimates));
        Collections.shuffle(shuffled, new Random(seed));

        List<SuiteCutter.Bundle> cut = SuiteCutter.cut(shuffled);

        assertThat(cut).isEqualTo(SuiteCutter.cut(units(estimates)));
    }
}
