package dev.millrace.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class UnitFilterTest {
    @Test
    void inNothingSaidShouldAcceptEverything() {
        assertThat(new UnitFilter(List.of(), List.of()).accepts("a.B")).isTrue();
    }

    @Test
    void inPatternsShouldMatchWholeNamesAndTakeOnlyStarAndQuestionMarkForMore() {
        var filter =
                new UnitFilter(List.of("com.example.*", "tests/test_?.py"), List.of("*.SlowTest", "com.example.x(y)"));

        assertThat(filter.accepts("com.example.FastTest")).isTrue();
        assertThat(filter.accepts("com.example.deep.FastTest")).isTrue();
        assertThat(filter.accepts("comXexample.FastTest")).isFalse();
        assertThat(filter.accepts("com.example.SlowTest")).isFalse();
        assertThat(filter.accepts("com.example.x(y)")).isFalse();
        assertThat(filter.accepts("tests/test_a.py")).isTrue();
        assertThat(filter.accepts("tests/test_ab.py")).isFalse();
    }
}
