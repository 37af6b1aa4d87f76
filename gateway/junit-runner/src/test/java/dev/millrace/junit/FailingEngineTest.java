package dev.millrace.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** Tests an engine that fails after all its classes have run, for example in a check for leaks. */
class FailingEngineTest {
    private final Path cases;

    FailingEngineTest(@TempDir Path out) {
        this.cases = out.resolve(".millrace").resolve("cases.jsonl");
    }

    private static final class Leaking implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).put("leak", (AutoCloseable) () -> {
                throw new IllegalStateException("leaked");
            });
        }
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    @ExtendWith(Leaking.class)
    public static class Leaks {
        @Test
        void passes() {}
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class Other {
        @Test
        void passes() {}
    }

    @Test
    void inEngineThatFailsShouldFailEveryClass() throws Exception {
        List<String> units = List.of(Leaks.class.getName(), Other.class.getName());

        assertThat(Execution.run(units, cases, Optional.empty())).isFalse();

        for (String unit : units) {
            assertThat(Files.readAllLines(cases))
                    .filteredOn(line -> line.contains("\"unit\":\"" + unit) && line.contains("\"error\""))
                    .singleElement()
                    .asString()
                    .contains("leaked");
        }
    }
}
