package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadInputIT {
    private static final String GOOD =
            "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"n\",\"tasks\":[{\"id\":\"t\",\"command\":[\"true\"]}]}";

    private final SharedStack stack = SharedStack.get();
    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs"))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(body));
        if (headers.length == 0) {
            request.header("Content-Type", "application/json");
        } else {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(stack.gateway() + path)).build(), BodyHandlers.ofString());
    }

    private static JsonNode problem(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = Json.MAPPER.readTree(response.body());
        assertThat(problem.path("type").asText()).startsWith("https://millrace.dev/problems/");
        assertThat(problem.path("requestId").asText()).isNotEmpty();
        return problem;
    }

    @Test
    void inBadSpecShouldNameFileLinePathAndWhatIsAccepted() {
        var spec = SharedStack.spec(
                "bad",
                """
                apiVersion: millrace.dev/v1
                name: bad
                tasks:
                  - id: a
                    command: [echo]
                    timeout: soon
                  - id: a
                    comand: [echo]
                """);

        var run = stack.millrace("run", spec.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("job.yaml:6:")
                .contains("/tasks/0/timeout")
                .contains("such as 500ms, 90s, 10m or 2h")
                .contains("job.yaml:7:")
                .contains("'comand' is not known here; accepted: id, command, test")
                .contains("'command' is missing");
    }

    @Test
    void inBrokenYamlShouldNameTheLine() {
        var run = stack.millrace(
                "run",
                SharedStack.spec("broken", "apiVersion: millrace.dev/v1\nname: [\n")
                        .toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).containsPattern("job[.]yaml:[23]:[0-9]+: cannot be parsed");
    }

    @Test
    void inMissingFilesShouldSayWhich() {
        var noSpec = stack.millrace("run", "no-such-spec.yaml");
        var noInput = stack.millrace(
                "run",
                SharedStack.spec(
                                "noinput",
                                """
                apiVersion: millrace.dev/v1
                name: n
                inputs: [{from: not/here, to: x}]
                tasks: [{id: t, command: ['true']}]
                """)
                        .toString());

        assertThat(noSpec.exitCode()).isEqualTo(2);
        assertThat(noSpec.err()).contains("no-such-spec.yaml: there is no such file");
        assertThat(noInput.exitCode()).isEqualTo(2);
        assertThat(noInput.err()).contains("the input 'not/here' does not exist");
    }

    @Test
    void inNoGatewayShouldSayHowToStartOrNameOne() {
        var nothingRuns = SharedStack.run(
                Map.of(
                        "MILLRACE_STATE_DIR",
                        SharedStack.SCRATCH.resolve("empty-state").toString()),
                "jobs");
        var nobodyAnswers = stack.millrace("jobs", "--gateway", "http://127.0.0.1:1");

        assertThat(nothingRuns.exitCode()).isEqualTo(3);
        assertThat(nothingRuns.err()).contains("millrace up").contains("--gateway URL");
        assertThat(nobodyAnswers.exitCode()).isEqualTo(3);
        assertThat(nobodyAnswers.err()).contains("cannot reach the gateway at http://127.0.0.1:1");
    }

    @Test
    void inUnknownOptionShouldExitWithUsage() {
        assertThat(stack.millrace("run", "--no-such-option", "x").exitCode()).isEqualTo(2);
        assertThat(stack.millrace("no-such-command").exitCode()).isEqualTo(2);
        assertThat(stack.millrace("up", "--slots", "0").exitCode()).isEqualTo(2);
        assertThat(stack.millrace("up", "--set", "executor.colour=red").err())
                .contains("unknown setting 'executor.colour'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {                                                                       | 400
            {"apiVersion":"millrace.dev/v1","apiVersion":"millrace.dev/v1"}         | 400
            []                                                                      | 422
            {}                                                                      | 422
            {"apiVersion":"millrace.dev/v1","name":"n"}                             | 422
            {"apiVersion":"millrace.dev/v1","name":"n","tasks":[]}                  | 422
            {"apiVersion":"millrace.dev/v1","name":"n","tasks":[{"id":"t","command":["x"],"timeout":"-5s"}]} | 422
            {"apiVersion":"millrace.dev/v1","name":"n","tasks":[{"id":"t","command":["x"],"retries":NaN}]}   | 400
            {"apiVersion":"millrace.dev/v1","name":"n","tasks":[{"id":"t","command":["x"],"retries":9223372036854775808}]} | 422
            {"apiVersion":"millrace.dev/v1","name":"n","inputs":[{"from":"a","to":"b"}],"tasks":[{"id":"t","command":["x"]}]} | 422
            """)
    void inBadBodyShouldAnswerWithAProblem(String body, int status) throws Exception {
        problem(post(body), status);
    }

    @Test
    void inDeepNestingShouldRefuseWithoutFailing() throws Exception {
        problem(post("[".repeat(10_000)), 422);
    }

    @Test
    void inBodyAboveTheLimitShouldAnswer413() throws Exception {
        problem(post("\"" + "x".repeat(9 << 20) + "\""), 413);
    }

    @Test
    void inWrongTypeShouldAnswer415() throws Exception {
        problem(post(GOOD, "Content-Type", "text/plain"), 415);
    }

    @Test
    void inUnknownIdsShouldAnswer404() throws Exception {
        for (String path : new String[] {
            "/v1/jobs/j00000000000000000000",
            "/v1/jobs/nonsense",
            "/v1/tasks/j00000000000000000000.0",
            "/v1/tasks/%2e%2e%2fetc",
            "/v1/jobs/j00000000000000000000/tasks",
            "/v1/nothing",
            "/nothing"
        }) {
            problem(get(path), 404);
        }
        assertThat(stack.millrace("job", "j00000000000000000000").exitCode()).isEqualTo(2);
        assertThat(stack.millrace("watch", "j00000000000000000000").exitCode()).isEqualTo(2);
    }

    @Test
    void inWrongMethodShouldAnswer405() throws Exception {
        var request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs"))
                .DELETE()
                .build();

        problem(http.send(request, BodyHandlers.ofString()), 405);
    }

    private static String cursor(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void inBadParametersShouldAnswer400() throws Exception {
        problem(get("/v1/jobs?limit=0"), 400);
        problem(get("/v1/jobs?limit=many"), 400);
        problem(get("/v1/jobs?cursor=made-up"), 400);
        problem(get("/v1/jobs?cursor=" + cursor("999999999999999999|j00000000000000000000")), 400);
        problem(get("/v1/jobs?state=nonsense"), 400);
        problem(get("/v1/jobs/j00000000000000000000/events?cursor=-1"), 400);
    }

    @Test
    void inRepeatedIdempotencyKeyShouldReturnTheSameJobOrRefuseAnotherBody() throws Exception {
        String key = UUID.randomUUID().toString();
        var first = post(GOOD, "Content-Type", "application/json", "Idempotency-Key", key);
        var again = post(GOOD, "Content-Type", "application/json", "Idempotency-Key", key);
        var other = post(GOOD.replace("\"n\"", "\"m\""), "Content-Type", "application/json", "Idempotency-Key", key);

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("Location")).isPresent();
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        problem(other, 409);
    }

    /** Each pool has its own dispatcher. If both jobs had the same id, both dispatchers would run it. */
    @Test
    void inIdempotencyKeyThatIsUsedInTwoPoolsShouldNameTwoJobs() throws Exception {
        String key = UUID.randomUUID().toString();
        String elsewhere = GOOD.replace("\"name\"", "\"pool\":\"elsewhere\",\"name\"");
        var first = post(GOOD, "Content-Type", "application/json", "Idempotency-Key", key);
        var second = post(elsewhere, "Content-Type", "application/json", "Idempotency-Key", key);

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.statusCode()).isEqualTo(202);
        String id = Json.MAPPER.readTree(second.body()).path("id").asText();
        assertThat(id)
                .isNotEqualTo(Json.MAPPER.readTree(first.body()).path("id").asText());
        assertThat(stack.millrace("cancel", id).exitCode()).isZero();
    }

    @Test
    void inKafkaStoppedInMidSubmitShouldAnswer503AndGoOnWhenItIsBack() throws Exception {
        long kafka = stack.platform().servers().pids().getOrDefault("kafka", 0L);
        var spec = SharedStack.spec(
                "outage", "apiVersion: millrace.dev/v1\nname: outage\ntasks: [{id: t, command: ['true']}]\n");
        Signals.send("STOP", kafka);
        HttpResponse<String> refused;
        SharedStack.Result cli;
        try {
            refused = post(GOOD);
            cli = stack.millrace("submit", "--no-wait", spec.toString());
        } finally {
            Signals.send("CONT", kafka);
        }

        problem(refused, 503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(cli.exitCode()).as(cli.err()).isEqualTo(5);
        await("the platform works again")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    var run = stack.millrace(
                            "run",
                            spec.toString(),
                            "-d",
                            SharedStack.SCRATCH.resolve("outage").toString());
                    assertThat(run.exitCode()).as(run.err()).isZero();
                });
    }

    @Test
    void inInvalidUtf8ShouldAnswer400() throws Exception {
        var request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray("{\"name\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1)))
                .build();

        problem(http.send(request, BodyHandlers.ofString()), 400);
    }
}
