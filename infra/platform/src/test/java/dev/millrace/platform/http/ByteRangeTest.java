package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.problem.HttpProblemException;
import org.junit.jupiter.api.Test;

class ByteRangeTest {
    private static String part(String header) {
        ByteRange range = ByteRange.of(header, 100);
        return range.isPart() ? range.contentRange() : "all";
    }

    @Test
    void oneRangeIsHonoured() {
        assertThat(part("bytes=10-19")).isEqualTo("bytes 10-19/100");
        assertThat(part("bytes=10-")).isEqualTo("bytes 10-99/100");
        assertThat(part("bytes=90-200")).isEqualTo("bytes 90-99/100");
        assertThat(part("bytes=-5")).isEqualTo("bytes 95-99/100");
        assertThat(part("bytes=-500")).isEqualTo("all");
    }

    @Test
    void whatIsNoRangeOrSeveralGetsTheWhole() {
        for (String header : new String[] {"bytes=-", "bytes=20-10", "bytes=0-1,5-6", "lines=1-2", "bytes=x-"}) {
            assertThat(part(header)).as(header).isEqualTo("all");
        }
        assertThat(ByteRange.of(null, 100)).isEqualTo(new ByteRange(0, 100, 100));
        assertThat(ByteRange.of("bytes=0-", 0)).isEqualTo(new ByteRange(0, 0, 0));
    }

    @Test
    void whatBeginsBeyondTheEndIsRefused() {
        assertThatThrownBy(() -> ByteRange.of("bytes=100-", 100)).isInstanceOf(HttpProblemException.class);
        assertThatThrownBy(() -> ByteRange.of("bytes=-0", 100)).isInstanceOf(HttpProblemException.class);
    }
}
