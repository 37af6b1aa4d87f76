package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.StateDirectory;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.TaskCompleted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A whole stack as processes of their own, killed in mid-run and started again on the same data. */
class PlatformKillChaosIT {
    private final Path state = SharedStack.SCRATCH.resolve("killed-state");
    private final Path data = SharedStack.SCRATCH.resolve("killed-data-" + System.nanoTime());
    private final Map<String, String> environment = Map.of("MILLRACE_STATE_DIR", state.toString());

    private LaunchedProcess up(String name) throws IOException {
        Files.deleteIfExists(state.resolve("stack.json"));
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
    void inKillOfThePlatformShouldGoOnAndEndAfterUpOnTheSameData() throws Exception {
        var yaml = new StringBuilder(
                "apiVersion: millrace.dev/v1\nname: survives\ndefaults: {retries: 0, timeout: 2m}\ntasks:\n");
        for (int i = 0; i < 12; i++) {
            yaml.append("  - {id: t").append(i).append(", command: [sleep, '1']}\n");
        }
        Path spec = SharedStack.spec("survives", yaml.toString());
        String jobId;
        JsonNode before;
        try (var first = up("up-first")) {
            await("the stack is up").atMost(Duration.ofSeconds(150)).until(first::isReady);
            before = stack();
            jobId = SharedStack.run(environment, "submit", "--no-wait", spec.toString())
                    .out()
                    .strip();
            await("it is in mid-run").atMost(Duration.ofSeconds(60)).until(() -> {
                var tasks = SharedStack.run(environment, "tasks", jobId, "--status", "passed");
                return tasks.out().lines().count() > 3;
            });

            first.kill();
        }
        JsonNode killed = before;
        await("servers, watchdog and tasks are gone with the process that started them")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    assertThat(alive(killed)).isEmpty();
                    assertThat(SharedStack.processesOf(jobId)).isEmpty();
                });

        try (var second = up("up-second")) {
            await("the stack is up again").atMost(Duration.ofSeconds(150)).until(second::isReady);
            var watched = SharedStack.run(environment, "watch", jobId);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            var events = Completions.ofJob(new RunningServers(new StateDirectory(state), Map.of()).kafka(null), jobId);
            assertThat(Completions.tasks(events))
                    .hasSize(12)
                    .extracting(TaskCompleted::taskId)
                    .doesNotHaveDuplicates();
            assertThat(Completions.jobs(events)).hasSize(1);
            var down = SharedStack.run(environment, "down");
            assertThat(down.exitCode()).isZero();
            assertThat(alive(killed)).isEmpty();
        }
    }
}
