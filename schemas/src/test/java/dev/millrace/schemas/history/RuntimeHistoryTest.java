package dev.millrace.schemas.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.history.Estimate.Confidence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RuntimeHistoryTest {
    private static Estimate of(Sample... samples) {
        return RuntimeHistory.of(Map.of("s", Map.of("t", List.of(samples))))
                .of("s", "t")
                .orElseThrow();
    }

    private static Sample passed(long ms) {
        return new Sample(ms, true);
    }

    private static Sample failed(long ms) {
        return new Sample(ms, false);
    }

    @Test
    void inLoneOutlierShouldLeaveItOut() {
        Estimate estimate = of(passed(100), passed(90_000), passed(110));

        assertThat(estimate.ms()).isEqualTo(110);
        assertThat(estimate.source()).contains("one outlier left out");
    }

    @Test
    void inTwoModesShouldNameTheLongOne() {
        Estimate estimate =
                of(passed(1_000), passed(60_000), passed(1_000), passed(61_000), passed(1_100), passed(1_000));

        assertThat(estimate.ms()).isEqualTo(60_000);
        assertThat(estimate.confidence()).isEqualTo(Confidence.LOW);
    }

    @Test
    void inAgreeingSamplesShouldBeConfidentAndHaveATightUpperBound() {
        Estimate estimate = of(passed(100), passed(105), passed(98), passed(103), passed(110));

        assertThat(estimate.confidence()).isEqualTo(Confidence.HIGH);
        assertThat(estimate.ms()).isEqualTo(105);
        assertThat(estimate.upperMs()).isEqualTo(165);
    }

    @Test
    void inFastFailuresShouldNotCallThePassingTestShort() {
        assertThat(of(failed(5), failed(5), passed(60_000), failed(5)).ms()).isEqualTo(60_000);
    }

    @Test
    void inLongStreakOfFailuresShouldStillKnowHowLongThePassingTestTakes() {
        Sample[] samples = Stream.concat(
                        Stream.generate(() -> failed(5)).limit(30), Stream.of(passed(60_000), passed(61_000)))
                .toArray(Sample[]::new);

        assertThat(of(samples).ms()).isEqualTo(61_000);
    }

    @Test
    void inTestThatOnlyEverFailedFastShouldTakeTheSuitesTypicalTime() {
        Map<String, List<Sample>> suite = new HashMap<>();
        LongStream.of(2_000, 3_000, 4_000).forEach(ms -> suite.put("t" + ms, List.of(passed(ms))));
        suite.put("broken", List.of(failed(5), failed(6)));
        var history = RuntimeHistory.of(Map.of("s", suite));

        assertThat(history.of("s", "broken"))
                .hasValueSatisfying(it -> assertThat(it.ms()).isEqualTo(3_000));
        assertThat(history.typical("s")).hasValue(3_000);
        assertThat(history.of("s", "new")).isEmpty();
    }

    @Test
    void inAbsurdSamplesShouldIgnoreThem() {
        assertThat(of(passed(-5), passed(Long.MAX_VALUE), passed(70)).ms()).isEqualTo(70);
        assertThat(RuntimeHistory.of(Map.of("s", Map.of("t", List.of(passed(-5), failed(Long.MIN_VALUE)))))
                        .of("s", "t"))
                .isEmpty();
    }

    @Test
    void inInstantTestShouldStillCountAsOneMillisecond() {
        assertThat(of(passed(0)).ms()).isEqualTo(1);
    }

    @Test
    void inOldSamplesShouldCountTheNewestOnly() {
        Sample[] samples = Stream.concat(
                        Stream.generate(() -> passed(10)).limit(10),
                        Stream.generate(() -> passed(9_000)).limit(40))
                .toArray(Sample[]::new);

        assertThat(of(samples).ms()).isEqualTo(10);
    }
}
