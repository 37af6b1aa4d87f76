package dev.millrace.platform.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

@SuppressWarnings("try") // The resources are not used; they only set ids for log lines.
class LogContextTest {
    @Test
    void inNestedContextShouldCarryBothAndBringBackTheOuterOne() {
        try (var outer = LogContext.of("executorId", "e1", "taskId", "t1")) {
            try (var inner = LogContext.of("taskId", "t2", "attempt", "1")) {
                assertThat(MDC.getCopyOfContextMap())
                        .containsEntry("executorId", "e1")
                        .containsEntry("taskId", "t2")
                        .containsEntry("attempt", "1");
            }
            assertThat(MDC.getCopyOfContextMap())
                    .containsEntry("executorId", "e1")
                    .containsEntry("taskId", "t1")
                    .doesNotContainKey("attempt");
        }

        assertThat(MDC.get("executorId")).isNull();
    }

    @Test
    void inNameWithoutValueShouldRefuse() {
        assertThatThrownBy(() -> LogContext.of("taskId")).isInstanceOf(IllegalArgumentException.class);
    }
}
