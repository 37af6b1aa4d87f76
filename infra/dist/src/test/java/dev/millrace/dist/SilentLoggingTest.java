package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SilentLoggingTest {
    /** Logs as a command does that has configured nothing. */
    public static void main(String[] arguments) {
        LoggerFactory.getLogger(SilentLoggingTest.class).error("for developers");
        System.out.println("result");
    }

    @Test
    void inCommandThatConfiguresNoLogShouldPrintNothingButItsResult() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SilentLoggingTest.class.getName())
                .redirectErrorStream(true)
                .start();

        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed).isEqualTo("result\n");
    }
}
