package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IgnoredSignalsTest {
    /** Matches a mask that ignores none of the 31 ordinary signals. Real-time signals may be ignored. */
    private static final String NONE = "SigIgn:\\s[0-9a-f]{8}[08]0{7}\n";

    /** Prints which signals it ignores itself, and then starts a program as an executor would. */
    static final class Starting {
        private Starting() {}

        public static void main(String[] args) throws Exception {
            System.out.println("ignored here: " + IgnoredSignals.numbers());
            var command = new ArrayList<>(IgnoredSignals.notIn(Tools.find(System.getenv("PATH"))));
            command.addAll(List.of("sh", "-c", "grep SigIgn /proc/self/status"));
            Process started = new ProcessBuilder(command).inheritIO().start();
            System.exit(started.waitFor());
        }
    }

    private static String said(String before) throws Exception {
        // The tests themselves may run in the background of a script, whose children ignore some signals.
        Process process = new ProcessBuilder(
                        "env",
                        "--default-signal",
                        "sh",
                        "-c",
                        before + "exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starting.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    @Test
    void inProcessThatIgnoresSignalsShouldStartProgramsThatDoNot() throws Exception {
        assertThat(said("trap '' INT; ")).contains("ignored here: [2]").containsPattern(NONE);
    }

    @Test
    void inProcessThatIgnoresNoneShouldAddNothing() throws Exception {
        assertThat(said("")).contains("ignored here: []").containsPattern(NONE);
    }
}
