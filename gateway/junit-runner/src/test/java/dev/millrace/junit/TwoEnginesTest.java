package dev.millrace.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests classes that contain both JUnit 4 and Jupiter tests. Each engine runs its own tests, one engine after the other. */
class TwoEnginesTest {
    private static final String FINISHED = "\"event\":\"finished\"";

    private final Path out;
    private final Path cases;

    TwoEnginesTest(@TempDir Path out) {
        this.out = out;
        this.cases = out.resolve(".millrace").resolve("cases.jsonl");
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class Mixed {
        @org.junit.Test
        public void four() {}

        @Test
        void jupiter() {}
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class FourExits {
        @org.junit.Test
        public void four() {
            System.exit(0);
        }

        @Test
        void jupiter() {}
    }

    @SuppressWarnings("JUnitAmbiguousTestClass")
    public static class JupiterExits {
        @org.junit.Test
        public void four() {}

        @Test
        void jupiter() {
            System.exit(0);
        }
    }

    @Test
    void inMixedClassShouldBeDoneOnceAfterBothEngines() throws Exception {
        boolean passed = Execution.run(List.of(Mixed.class.getName()), cases, Optional.empty());

        assertThat(passed).isTrue();
        assertThat(Files.readAllLines(cases)).hasSize(3).last().asString().contains(FINISHED);
    }

    /** The order of the engines does not matter: for one of the two classes, it is the second engine in which the process ends. */
    @Test
    void inClassThatEndsTheProcessInEitherEngineShouldNotBeDone() throws Exception {
        for (Class<?> type : List.of(FourExits.class, JupiterExits.class)) {
            assertThat(run(type)).as("exit code of " + type).isZero();

            assertThat(cases).content().as("cases of " + type).doesNotContain(FINISHED);
        }
    }

    private int run(Class<?> type) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run",
                        type.getName())
                .inheritIO();
        builder.environment().put("MILLRACE_OUT", out.toString());
        builder.environment().remove("MILLRACE_RETRY");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
