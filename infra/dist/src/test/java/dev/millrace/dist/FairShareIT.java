package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests shares of owners, quotas, urgent jobs and fail-fast on the live stack. */
class FairShareIT {
    private final SharedStack stack = SharedStack.get();

    private String submit(String owner, String priority, int tasks, String seconds) {
        String name = owner + "-" + priority;
        String list = IntStream.range(0, tasks)
                .mapToObj(i -> "{id: t" + i + ", command: [sleep, '" + seconds + "']}")
                .collect(Collectors.joining(", "));
        var spec = SharedStack.spec(
                name,
                "{apiVersion: millrace.dev/v1, name: " + name + ", priority: " + priority + ", tasks: [" + list + "]}");
        return stack.millrace("submit", "--no-wait", "--owner", owner, spec.toString())
                .out()
                .strip();
    }

    private List<JsonNode> tasks(String jobId) throws Exception {
        assertThat(stack.millrace("watch", jobId).exitCode()).isZero();
        var tasks = new ArrayList<JsonNode>();
        await("the view is complete").atMost(Duration.ofSeconds(30)).until(() -> {
            tasks.clear();
            Json.MAPPER
                    .readTree(stack.millrace("tasks", jobId, "--output", "json").out())
                    .forEach(tasks::add);
            return tasks.stream().allMatch(it -> it.path("state").asText().equals("done"));
        });
        return tasks;
    }

    private void quota(String owner, String... options) {
        var arguments = new ArrayList<>(List.of("quota", "set", owner));
        arguments.addAll(List.of(options));
        assertThat(stack.millrace(arguments.toArray(String[]::new)).exitCode()).isZero();
        await("the quota is in force")
                .atMost(Duration.ofSeconds(30))
                .until(() -> stack.millrace("pool", "show").out().contains(owner));
    }

    @Test
    void inTwoOwnersShouldStartTasksByWeight() throws Exception {
        quota("heavy", "--weight", "3");
        // Until an attempt ends, its owner is charged the estimated run time. So a few tasks show the shares only if
        // their estimates come
        // from earlier runs.
        tasks(submit("heavy", "normal", 24, "0.4"));
        tasks(submit("light", "normal", 24, "0.4"));
        String heavy = submit("heavy", "normal", 24, "0.4");
        String light = submit("light", "normal", 24, "0.4");

        var started = new ArrayList<JsonNode>(tasks(heavy));
        started.addAll(tasks(light));

        started.sort(Comparator.comparingLong(task -> task.path("startedAtMs").asLong()));
        long ofHeavy = started.subList(4, 28).stream()
                .filter(task -> task.path("job").asText().equals(heavy))
                .count();
        assertThat(ofHeavy).isBetween(16L, 20L);
        assertThat(stack.millrace("pool", "show").out()).containsPattern("heavy +3 +no limit");
    }

    @Test
    void inQuotaShouldHoldNoMoreSlotsThanAllowed() throws Exception {
        quota("capped", "--slots", "1");
        List<JsonNode> tasks = tasks(submit("capped", "urgent", 4, "0.3"));

        tasks.sort(Comparator.comparingLong(task -> task.path("startedAtMs").asLong()));
        for (int i = 1; i < tasks.size(); i++) {
            JsonNode before = tasks.get(i - 1);
            long ended = before.path("startedAtMs").asLong()
                    + before.path("durationMs").asLong();
            assertThat(tasks.get(i).path("startedAtMs").asLong()).isGreaterThanOrEqualTo(ended - 20);
        }
    }

    @Test
    void inUrgentJobBehindABacklogShouldStartWhenTheNextSlotIsFree() throws Exception {
        String backlog = submit("ci", "bulk", 60, "0.4");
        await("the backlog runs")
                .atMost(Duration.ofSeconds(30))
                .until(() -> stack.millrace("tasks", backlog, "--status", "running")
                                .out()
                                .lines()
                                .count()
                        > 1);

        JsonNode urgent = tasks(submit("person", "urgent", 1, "0.1")).get(0);

        long admitted = sequences(urgent, "dev.millrace.job.started.v1").get(0);
        long placed = sequences(urgent, "dev.millrace.task.placed.v1").get(0);
        long placedBetween = tasks(backlog).stream()
                .flatMap(task -> sequences(task, "dev.millrace.task.placed.v1").stream())
                .filter(sequence -> sequence > admitted && sequence < placed)
                .count();
        assertThat(placedBetween)
                .as("its task is read after its job, when each slot may have gone once more to the backlog")
                .isLessThanOrEqualTo(2);
    }

    private List<Long> sequences(JsonNode task, String type) {
        var sequences = new ArrayList<Long>();
        new GatewayClient(stack.gateway())
                .get("/v1/tasks/" + task.path("id").asText() + "/decisions")
                .path("decisions")
                .forEach(decision -> {
                    if (decision.path("type").asText().equals(type)) {
                        sequences.add(decision.path("sequence").asLong());
                    }
                });
        return sequences;
    }

    @Test
    void inFailFastShouldStopAtTheLimitAndFail() {
        String tasks = IntStream.range(0, 40)
                .mapToObj(i -> "{id: t" + i + ", command: [sh, -c, 'sleep 0.1; exit 1']}")
                .collect(Collectors.joining(", "));
        var spec = SharedStack.spec(
                "fail-fast",
                "{apiVersion: millrace.dev/v1, name: fail-fast, failFast: {failures: 3}, defaults: {retries: 0}, tasks: ["
                        + tasks + "]}");

        var run = stack.millrace("submit", spec.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(run.out()).contains("FAILED").containsPattern("[0-9]{2} cancelled");
        assertThat(run.err()).contains("fail fast: 3 tasks failed");
    }

    @Test
    void inNonsenseShouldSayWhatIsAccepted() {
        assertThat(stack.millrace("quota", "set", "x", "--weight", "0").err()).contains("from 1 to 1000");
        assertThat(stack.millrace("pool", "set", "--urgent-share", "101").err()).contains("from 0 to 100");
        assertThat(stack.millrace("quota", "set", "no/body").exitCode()).isEqualTo(2);
    }
}
