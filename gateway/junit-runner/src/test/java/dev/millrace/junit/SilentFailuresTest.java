package dev.millrace.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests exceptions whose {@code getMessage()} throws an exception itself. */
class SilentFailuresTest {
    private final Path cases;

    SilentFailuresTest(@TempDir Path out) {
        this.cases = out.resolve(".millrace").resolve("cases.jsonl");
    }

    private static final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class InATest {
        @Test
        void fails() {
            throw new Silent();
        }
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class InANestedClass {
        @Test
        void passes() {}

        @Nested
        class Inner {
            @BeforeAll
            static void fail() {
                throw new Silent();
            }

            @Test
            void neverRuns() {}
        }
    }

    @Test
    void inTestShouldBeReported() throws Exception {
        assertThat(Execution.run(List.of(InATest.class.getName()), cases, Optional.empty()))
                .isFalse();

        assertThat(Files.readAllLines(cases))
                .hasSize(2)
                .first()
                .asString()
                .contains("\"failed\"", "the failure's own text could not be read");
    }

    @Test
    void inNestedClassShouldFailItsTests() throws Exception {
        assertThat(Execution.run(List.of(InANestedClass.class.getName()), cases, Optional.empty()))
                .isFalse();

        assertThat(Files.readAllLines(cases))
                .filteredOn(line -> line.contains("neverRuns"))
                .singleElement()
                .asString()
                .contains("\"error\"");
    }
}
