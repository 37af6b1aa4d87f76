package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.plan.RuntimeHistory.Sample;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeHistoryTest {
    private static RuntimeHistory of(Sample... samples) {
        return RuntimeHistory.of(Map.of(RuntimeHistory.key("s", "t"), List.of(samples)), 5);
    }

    @Test
    void inOutlierShouldTakeTheMedian() {
        var history = of(new Sample(100, true), new Sample(90_000, true), new Sample(110, true));

        assertThat(history.of("s", "t"))
                .hasValueSatisfying(it -> assertThat(it.ms()).isEqualTo(110));
    }

    @Test
    void inFastFailuresShouldNotCallThePassingTestShort() {
        var history = of(new Sample(5, false), new Sample(5, false), new Sample(60_000, true), new Sample(5, false));

        assertThat(history.of("s", "t"))
                .hasValueSatisfying(it -> assertThat(it.ms()).isEqualTo(60_000));
    }

    @Test
    void inAbsurdSamplesShouldIgnoreThem() {
        var history = of(new Sample(-5, true), new Sample(Long.MAX_VALUE, true), new Sample(70, true));

        assertThat(history.of("s", "t"))
                .hasValueSatisfying(it -> assertThat(it.ms()).isEqualTo(70));
    }

    @Test
    void inOldSamplesShouldCountTheNewestOnly() {
        var history = of(
                new Sample(10, true),
                new Sample(10, true),
                new Sample(10, true),
                new Sample(10, true),
                new Sample(10, true),
                new Sample(9_000, true),
                new Sample(9_000, true),
                new Sample(9_000, true));

        assertThat(history.of("s", "t"))
                .hasValueSatisfying(it -> assertThat(it.ms()).isEqualTo(10));
    }

    @Test
    void inUnknownTestShouldSaySo() {
        assertThat(of().of("s", "other")).isEmpty();
    }
}
