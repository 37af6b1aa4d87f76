package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the launcher script with a fake {@code java} program, whose exit code the test chooses. */
class LauncherIT {
    private final Path home = SharedStack.SCRATCH.resolve("java-" + System.nanoTime());
    private final Path runs = home.resolve("runs");

    private Process launch(String program, String... arguments) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Path java = home.resolve("bin/java");
        Files.writeString(java, "#!/bin/sh\necho run >> " + runs + "\n" + program + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        var command = new ArrayList<String>();
        command.add(SharedStack.ROOT.resolve("millrace").toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile());
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().put("MILLRACE_NO_BUILD", "yes");
        return builder.start();
    }

    private long runs() throws IOException {
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void upStartsAgainAfterItRanOutOfMemory() throws Exception {
        Process up = launch("[ $(wc -l < " + runs + ") -lt 3 ] && exit 3; exit 0", "up");

        assertThat(exitCode(up)).isZero();
        assertThat(runs()).isEqualTo(3);
        assertThat(Files.readString(home.resolve("output"), StandardCharsets.UTF_8))
                .contains("the stack ran out of memory and starts again");
    }

    @Test
    void upGivesUpIfItRunsOutOfMemoryAgainAndAgain() throws Exception {
        Process up = launch("exit 3", "up");

        assertThat(exitCode(up)).isEqualTo(5);
        assertThat(runs()).isEqualTo(6);
    }

    @Test
    void upStartsAgainAfterItLostAServer() throws Exception {
        Process up = launch("[ $(wc -l < " + runs + ") -lt 2 ] && exit 75; exit 0", "up");

        assertThat(exitCode(up)).isZero();
        assertThat(runs()).isEqualTo(2);
        assertThat(Files.readString(home.resolve("output"), StandardCharsets.UTF_8))
                .contains("the stack lost a server and starts again");
    }

    @Test
    void optionsBeforeTheCommandChangeNothingAboutMemory() throws Exception {
        String keep = "case \"$*\" in *ExitOnOutOfMemoryError*) exit 7 ;; *) exit 8 ;; esac";

        assertThat(exitCode(launch(keep, "--gateway", "http://localhost:1", "run", "job.yaml")))
                .isEqualTo(7);
        assertThat(exitCode(launch(keep, "--gateway=http://localhost:1", "serve", "gateway")))
                .isEqualTo(7);
        assertThat(exitCode(launch(keep, "--gateway", "http://localhost:1", "jobs", "run")))
                .isEqualTo(8);
    }

    @Test
    void anyOtherEndIsFinal() throws Exception {
        Process up = launch("exit 5", "up");

        assertThat(exitCode(up)).isEqualTo(5);
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void aSignalReachesTheStackAndItsEndIsFinal() throws Exception {
        Process up = launch("trap 'exit 3' TERM; while :; do sleep 0.1; done", "up");
        await("the stack to start").atMost(Duration.ofSeconds(30)).until(() -> runs() == 1);

        up.destroy();

        assertThat(exitCode(up)).isEqualTo(3);
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void aRunThatIsOutOfMemoryIsAnInfrastructureFailureAndNoGatewayThatCannotBeReached() throws Exception {
        Process run = launch(
                "for option; do case \"$option\" in -XX:OnOutOfMemoryError=*)"
                        + " eval \"$(echo \"${option#*=}\" | sed s/%p/$$/)\" ;; esac; done; exit 3",
                "run", "job.yaml");

        assertThat(exitCode(run)).isEqualTo(5);
        assertThat(runs()).isEqualTo(1);
        assertThat(Files.readString(home.resolve("output"), StandardCharsets.UTF_8))
                .contains("ran out of memory or was killed");
    }

    @Test
    void aRunKeepsItsExitCode() throws Exception {
        assertThat(exitCode(launch("exit 3", "run", "job.yaml"))).isEqualTo(3);
        assertThat(exitCode(launch("exit 88", "run", "job.yaml"))).isEqualTo(88);
    }

    @Test
    void aSignalReachesTheRun() throws Exception {
        Process run = launch("trap 'exit 143' TERM; while :; do sleep 0.1; done", "run", "job.yaml");
        await("it runs").atMost(Duration.ofSeconds(30)).until(() -> runs() == 1);

        run.destroy();

        assertThat(exitCode(run)).isEqualTo(143);
    }

    @Test
    void theOtherCommandsAreOverWithTheirProcess() throws Exception {
        Process jobs = launch("exit 3", "jobs");

        assertThat(exitCode(jobs)).isEqualTo(3);
        assertThat(runs()).isEqualTo(1);
    }
}
