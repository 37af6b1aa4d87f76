package dev.millrace.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CaseLineTest {
    private static CaseLine.Kind kind(String line) {
        CaseLine.Kind kind = CaseLine.parse(line).kind();
        assertThat(CaseLine.parse(line.getBytes(StandardCharsets.UTF_8)).kind()).isEqualTo(kind);
        return kind;
    }

    @Test
    void inLineWithACaseAndAnEndShouldBeTheCase() {
        CaseLine line = CaseLine.parse(
                "{\"unit\":\"U\",\"event\":\"finished\",\"case\":\"c\",\"status\":\"failed\",\"ms\":-3}");

        assertThat(line.kind()).isEqualTo(CaseLine.Kind.CASE);
        assertThat(line.isFailure()).isTrue();
        assertThat(line.ms()).isZero();
        assertThat(line.counts()).isEqualTo(new CaseCounts(1, 0, 1, 0));
    }

    @Test
    void inEndShouldCountNothing() {
        CaseLine line = CaseLine.parse(CaseLine.finished("U", 7));

        assertThat(line.kind()).isEqualTo(CaseLine.Kind.FINISHED);
        assertThat(line.unit()).isEqualTo("U");
        assertThat(line.ms()).isEqualTo(7);
        assertThat(line.counts()).isEqualTo(CaseCounts.NONE);
    }

    @Test
    void inWhatIsMissingShouldSayThatAndCountNothing() {
        CaseLine line = CaseLine.parse(CaseLine.leftOut(3));

        assertThat(line.kind()).isEqualTo(CaseLine.Kind.LEFT_OUT);
        assertThat(line.unit()).isEmpty();
        assertThat(line.counts()).isEqualTo(CaseCounts.NONE);
    }

    @Test
    void inAnythingElseShouldSayNothing() {
        assertThat(kind("")).isEqualTo(CaseLine.Kind.NOTHING);
        assertThat(kind("[{\"case\":1}]")).isEqualTo(CaseLine.Kind.NOTHING);
        assertThat(kind("{\"unit\":\"U\",\"ca")).isEqualTo(CaseLine.Kind.NOTHING);
        assertThat(kind("{\"unit\":\"U\",\"event\":\"begun\"}")).isEqualTo(CaseLine.Kind.NOTHING);
        assertThat(kind("\ufeff{\"case\":1}")).as("a byte order mark").isEqualTo(CaseLine.Kind.NOTHING);
        assertThat(kind("{\"case\":null}")).isEqualTo(CaseLine.Kind.CASE);
    }
}
