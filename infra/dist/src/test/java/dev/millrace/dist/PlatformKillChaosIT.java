package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.checker.ScopeChecker;
import dev.millrace.cli.StateDirectory;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kills a whole stack during a run, and starts it again on the same data. */
class PlatformKillChaosIT {
    private final Path state = SharedStack.SCRATCH.resolve("killed-state");
    private final Path data = SharedStack.SCRATCH.resolve("killed-data-" + System.nanoTime());
    private final Map<String, String> environment = Map.of("MILLRACE_STATE_DIR", state.toString());

    private LaunchedProcess up(String name) throws IOException {
        return LaunchedProcess.start(name, environment, "up", "--slots", "2", "--data", data.toString());
    }

    private JsonNode stack() throws IOException {
        return Json.MAPPER.readTree(Files.readString(state.resolve("stack.json")));
    }

    private static List<Long> alive(JsonNode stack) {
        var alive = new ArrayList<Long>();
        stack.path("pids").forEach(pid -> ProcessHandle.of(pid.asLong())
                .filter(ProcessHandle::isAlive)
                .ifPresent(it -> alive.add(it.pid())));
        return alive;
    }

    @Test
    @Tag("P1")
    @Tag("P2")
    @Tag("P7")
    void afterAKillOfThePlatformUpOnTheSameDataShouldFinishTheJob() throws Exception {
        var yaml =
                new StringBuilder("apiVersion: millrace.dev/v1\nname: survives\ndefaults: {retries: 0, timeout: 2m}\n"
                        + "scopes: [{id: s, setup: {command: ['true']}, teardown: {command: ['true']}}]\ntasks:\n");
        for (int i = 0; i < 12; i++) {
            yaml.append("  - {id: t").append(i).append(", command: [sleep, '1']");
            yaml.append(i % 2 == 0 ? ", scope: s}\n" : "}\n");
        }
        Path spec = SharedStack.spec("survives", yaml.toString());
        String jobId;
        JsonNode killed;
        List<Long> tasks;
        try (var first = up("up-first")) {
            await("the stack is up").atMost(Duration.ofSeconds(150)).until(first::isReady);
            killed = stack();
            jobId = SharedStack.run(environment, "submit", "--no-wait", spec.toString())
                    .out()
                    .strip();
            await("it is in mid-run").atMost(Duration.ofSeconds(60)).until(() -> {
                var passed = SharedStack.run(environment, "tasks", jobId, "--status", "passed");
                return passed.out().lines().count() > 3;
            });
            tasks = SharedStack.processesOf(jobId);

            first.kill();
        }
        // The servers of the killed stack notice its end only after some seconds. The test does not wait for that
        // before it starts the
        // stack again.
        try (var second = up("up-second")) {
            await("the stack is up again").atMost(Duration.ofSeconds(150)).until(second::isReady);
            assertThat(alive(killed))
                    .as("servers and watchdog of the stack that was killed")
                    .isEmpty();
            assertThat(SharedStack.processesOf(jobId)).as("its tasks").doesNotContainAnyElementsOf(tasks);
            var watched = SharedStack.run(environment, "watch", jobId);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            var kafka = new RunningServers(new StateDirectory(state), Map.of()).kafka(null);
            assertThat(ScopeChecker.check(Records.log(kafka, "default"), 5_000)).isEmpty();
            var events = Completions.ofJob(kafka, jobId);
            assertThat(Completions.tasks(events))
                    .as("twelve tests, a set-up and a tear-down")
                    .hasSize(14)
                    .extracting(TaskCompleted::taskId)
                    .doesNotHaveDuplicates();
            assertThat(Completions.jobs(events)).hasSize(1);
            assertStatusIsTrue();
            assertAnotherExecutorJoins();
            var down = SharedStack.run(environment, "down");
            assertThat(down.exitCode()).isZero();
            assertThat(alive(killed)).isEmpty();
        }
    }

    /** Checks that the status shows each service, and says which of them lack Cassandra while it does not answer. */
    private void assertStatusIsTrue() throws IOException {
        var status = SharedStack.run(environment, "status");
        assertThat(status.exitCode()).as(status.out()).isZero();
        assertThat(status.out())
                .containsPattern("gateway +ready")
                .containsPattern("scheduler +ready")
                .containsPattern("artifact-service +ready")
                .containsPattern("executor +ready|e1 +ready")
                .doesNotContain("degraded");
        long cassandra = stack().path("pids").path("cassandra").asLong();
        Signals.send("STOP", cassandra);
        try {
            await("it says what is missing")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> SharedStack.run(environment, "status").out().contains("degraded"));
        } finally {
            Signals.send("CONT", cassandra);
        }
        await("it is whole again")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !SharedStack.run(environment, "status").out().contains("degraded"));
    }

    /** Checks that an executor joins the stack that runs here without being told where it is. */
    private void assertAnotherExecutorJoins() throws IOException {
        Map<String, String> own = Map.of("MILLRACE_STATE_DIR", state.toString(), "MILLRACE_DATA", data + "-joined");
        try (var joined = LaunchedProcess.start(
                "joined", own, "serve", "executor", "--set", "executor.id=joined", "--set", "executor.slots=1")) {
            await("it is ready").atMost(Duration.ofSeconds(60)).until(joined::isReady);
            await("it is listed")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> SharedStack.run(environment, "executors").out().contains("joined"));
        }
    }
}
