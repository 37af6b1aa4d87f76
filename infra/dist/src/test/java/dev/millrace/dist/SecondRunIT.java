package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Starts two {@code run} commands at the same time while no stack runs. The first one starts a stack, both use it, and the stack ends with
 * the last command.
 */
class SecondRunIT {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private final Map<String, String> environment = Map.of(
            "MILLRACE_STATE_DIR",
            SharedStack.SCRATCH.resolve("second-run-state").toString(),
            "MILLRACE_DATA",
            SharedStack.SCRATCH.resolve("second-run-data-" + System.nanoTime()).toString());

    private LaunchedProcess run(String name, String command) throws Exception {
        Path spec = SharedStack.spec(
                name,
                "apiVersion: millrace.dev/v1\nname: " + name + "\ntasks:\n  - {id: t, command: [sh, -c, '" + command
                        + "']}\n");
        return LaunchedProcess.start(
                name,
                environment,
                "run",
                spec.toString(),
                "-d",
                SharedStack.SCRATCH.resolve("second-run-out").toString());
    }

    @Test
    void inSecondRunShouldUseTheStackOfTheFirstAndKeepItUntilItsEnd() throws Exception {
        try (var first = run("first-run", "sleep 2")) {
            await("the first starts a stack").atMost(LIMIT).until(() -> first.said()
                    .contains("starting one"));
            try (var second = run("second-run", "sleep 10")) {
                await("both have ended").atMost(LIMIT).until(() -> !alive(first) && !alive(second));

                assertThat(first.exitCode()).as(first.said()).isZero();
                assertThat(second.exitCode()).as(second.said()).isZero();
                assertThat(second.said()).doesNotContain("starting one");
            }
        }
    }

    private static boolean alive(LaunchedProcess process) {
        return ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive).isPresent();
    }
}
