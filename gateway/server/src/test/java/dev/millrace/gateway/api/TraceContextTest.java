package dev.millrace.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void inWellFormedHeaderShouldReturnIt() {
        assertThat(TraceContext.checked("00-" + TRACE + "-00f067aa0ba902b7-01"))
                .isEqualTo("00-" + TRACE + "-00f067aa0ba902b7-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + TRACE + "-00f067aa0ba902b7",
                "ff-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-01\n",
            })
    void inOtherHeaderShouldIgnoreIt(String header) {
        assertThat(TraceContext.checked(header)).isNull();
    }
}
