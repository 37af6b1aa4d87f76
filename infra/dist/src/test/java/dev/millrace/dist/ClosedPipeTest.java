package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClosedPipeTest {
    @Test
    void inReaderThatIsGoneShouldEndLikeOtherCommandsOfAPipelineAndPrintNoTrace() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // The reader ends at once, long before a JVM prints anything.
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "set -o pipefail; \"$@\" | true",
                        "bash",
                        java,
                        "-Dmillrace.root=" + SharedStack.ROOT,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.millrace.dist.Main",
                        "--help")
                .redirectErrorStream(true)
                .start();

        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isEqualTo(ExitCode.CLOSED_PIPE);
        assertThat(printed).isEmpty();
    }
}
