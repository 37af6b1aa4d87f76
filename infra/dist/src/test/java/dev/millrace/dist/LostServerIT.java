package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts a separate stack, damages the data of its Kafka server and kills that server, so that the server cannot be started again. */
class LostServerIT {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private final Path state = SharedStack.SCRATCH.resolve("lost-state-" + System.nanoTime());
    private final Path data = SharedStack.SCRATCH.resolve("lost-data-" + System.nanoTime());
    private final Map<String, String> environment =
            Map.of("MILLRACE_STATE_DIR", state.toString(), "MILLRACE_DATA", data.toString());

    @AfterEach
    void stopWhatIsLeft() {
        SharedStack.run(environment, "down");
    }

    private LaunchedProcess launch(String... arguments) throws Exception {
        return LaunchedProcess.start("lost-" + System.nanoTime(), environment, arguments);
    }

    private void loseKafka() throws Exception {
        JsonNode stack = Json.MAPPER.readTree(state.resolve("stack.json").toFile());
        Files.writeString(data.resolve("kafka/log/meta.properties"), "version=1\ncluster.id=another\nnode.id=99\n");
        Signals.send("KILL", stack.path("pids").path("kafka").asLong());
    }

    private int end(LaunchedProcess process) throws Exception {
        await("its end").atMost(LIMIT).until(() -> !ProcessHandle.of(process.pid())
                .map(ProcessHandle::isAlive)
                .orElse(false));
        return process.exitCode();
    }

    private void assertNamesKafka(LaunchedProcess process) throws Exception {
        assertThat(process.said())
                .contains("error: the kafka server cannot be kept running")
                .contains("its log: " + data.resolve("logs/kafka.log"));
    }

    @Test
    void runEndsAsInfrastructureFailureAndNamesTheServer() throws Exception {
        Path spec = SharedStack.spec(
                "lost", "apiVersion: millrace.dev/v1\nname: lost\ntasks:\n  - {id: t, command: [sleep, '600']}\n");
        try (var run = launch(
                "run",
                spec.toString(),
                "-d",
                SharedStack.SCRATCH.resolve("lost-out").toString())) {
            await("the task runs").atMost(LIMIT).until(() -> run.said().contains("1 running"));

            loseKafka();

            assertThat(end(run)).as(run.said()).isEqualTo(5);
            assertNamesKafka(run);
        }
    }

    @Test
    void upEndsSoThatTheLauncherStartsItAgain() throws Exception {
        try (var up = launch("up", "--executors", "0")) {
            await("it is ready").atMost(LIMIT).until(up::isReady);

            loseKafka();

            assertThat(end(up)).as(up.said()).isEqualTo(75);
            assertNamesKafka(up);
        }
    }
}
