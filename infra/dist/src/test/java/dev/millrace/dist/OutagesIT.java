package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.topic.Topic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stops each of the servers for a while under load and lets it continue, or kills it so that it is started again. With {@code
 * -Doutage.seconds=180}, the outage is as long as the promise says.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutagesIT {
    private static final int LAST = Integer.MAX_VALUE;
    private static final int SECONDS = Integer.getInteger("outage.seconds", 12);
    private static final Duration LONG = Duration.ofSeconds(180);
    private static final int TASKS = 30;

    private final SharedStack stack = SharedStack.get();
    private final List<Long> stopped = new ArrayList<>();

    private long pid(String server) {
        return stack.platform().servers().pids().getOrDefault(server, 0L);
    }

    private void stop(String server) {
        long pid = pid(server);
        stopped.add(pid);
        Signals.send("STOP", pid);
    }

    @AfterEach
    void goOn() {
        stopped.forEach(pid -> Signals.send("CONT", pid));
        stopped.clear();
    }

    private static void outageLasts() {
        await("the outage lasts")
                .pollDelay(Duration.ofSeconds(SECONDS))
                .atMost(LONG.plusSeconds(SECONDS))
                .until(() -> true);
    }

    /** Submits a job whose tasks print too much for an event, so that their output is stored in S3. */
    private String submit(String name, int tasks) {
        var yaml = new StringBuilder("apiVersion: millrace.dev/v1\nname: " + name + "\ntasks:\n");
        for (int i = 0; i < tasks; i++) {
            yaml.append("  - {id: t" + i
                    + ", command: [sh, -c, \"sleep 0.3; seq 3000; echo kept > $MILLRACE_OUT/kept\"]"
                    + ", artifacts: ['**']}\n");
        }
        var submitted = stack.millrace(
                "submit",
                "--no-wait",
                SharedStack.spec(name + System.nanoTime(), yaml.toString()).toString());
        assertThat(submitted.exitCode()).as(submitted.err()).isZero();
        return submitted.out().strip();
    }

    private List<TaskCompleted> verdicts(String jobId) throws MalformedEventException {
        return Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId));
    }

    private List<JobCompleted> ends(String jobId) throws MalformedEventException {
        return Completions.jobs(Completions.ofJob(stack.platform().kafka(), jobId));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cassandra", "s3", "kafka"})
    @Tag("P2")
    @Tag("P7")
    void aServerThatStopsForAWhileCostsNoVerdict(String server) throws Exception {
        String jobId = submit("outage-of-" + server, TASKS);
        await("it is in mid-run").atMost(LONG).until(() -> verdicts(jobId).size() >= 3);

        stop(server);
        outageLasts();
        goOn();

        var watched = stack.millrace("watch", jobId);
        assertThat(watched.exitCode()).as(watched.out() + watched.err()).isZero();
        assertThat(verdicts(jobId))
                .hasSize(TASKS)
                .allMatch(it -> it.verdict() == Verdict.PASSED)
                .extracting(TaskCompleted::taskId)
                .doesNotHaveDuplicates();
        await("the results are there").atMost(LONG).untilAsserted(() -> {
            var fetched = stack.millrace(
                    "fetch",
                    jobId,
                    "--logs",
                    "--artifacts",
                    "-d",
                    SharedStack.SCRATCH.resolve("fetched-" + System.nanoTime()).toString());
            assertThat(fetched.exitCode()).as(fetched.out() + fetched.err()).isZero();
            assertThat(fetched.out())
                    .as("output and artifact of each, and junit.xml")
                    .startsWith(2 * TASKS + 1 + " files in ");
        });
    }

    @Test
    void whileTheViewsAreAwayNobodyIsToldThatAFinishedJobHasNoResults() {
        String jobId = submit("known-to-the-gateway", 2);
        assertThat(stack.millrace("watch", jobId).exitCode()).isZero();
        assertThat(stack.millrace("job", jobId).exitCode()).isZero();

        stop("cassandra");

        for (String[] command : new String[][] {
            {"job", jobId},
            {"tasks", jobId, "--output", "json"},
            {"fetch", jobId, "-d", SharedStack.SCRATCH.resolve("nothing").toString()},
        }) {
            var answer = stack.millrace(command);
            assertThat(answer.exitCode())
                    .as(String.join(" ", command) + ": " + answer.out() + answer.err())
                    .isEqualTo(5);
        }
    }

    private static HttpResponse<String> submitWithKey(URI gateway, String key) throws Exception {
        String spec =
                """
                {"apiVersion": "millrace.dev/v1", "name": "keyed", "tasks": [{"id": "t", "command": ["true"]}]}
                """;
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(gateway.resolve("/v1/jobs"))
                                .header("Idempotency-Key", key)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(spec))
                                .timeout(LONG)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** While Cassandra is unreachable, a gateway that does not have the job in memory cannot find out that the job has ended. */
    @Test
    @Tag("P1")
    void whoWatchesAnEndedJobThatWasSubmittedAgainMeanwhileSeesItsEnd() throws Exception {
        String key = "build-" + System.nanoTime();
        await("the gateway reaches Cassandra again after the outage of another test")
                .atMost(LONG)
                .until(() -> stack.millrace("jobs").exitCode() == 0);
        HttpResponse<String> first = submitWithKey(stack.gateway(), key);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        String jobId = Json.MAPPER.readTree(first.body()).path("id").asText();
        assertThat(stack.millrace("watch", jobId).exitCode()).isZero();
        try (LaunchedProcess process = ServedProcess.start(stack, "gateway")) {
            await("it is ready").atMost(LONG).until(process::isReady);
            URI gateway = ServedProcess.address(process);
            stop("cassandra");

            HttpResponse<String> again = submitWithKey(gateway, key);

            assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
            assertThat(Json.MAPPER.readTree(again.body()).path("id").asText()).isEqualTo(jobId);
            assertThat(Records.of(stack.platform().kafka(), Topic.JOBS, JobSubmitted.class).stream()
                            .filter(it -> it.jobId().equals(jobId)))
                    .as("the gateway does not know either")
                    .extracting(JobSubmitted::maybeRepeated)
                    .containsExactly(null, true);
            goOn();
            try (var watch = LaunchedProcess.start(
                    "watch-" + System.nanoTime(), Map.of("MILLRACE_GATEWAY", gateway.toString()), "watch", jobId)) {
                await("it ends").atMost(Duration.ofSeconds(60)).until(() -> !ProcessHandle.of(watch.pid())
                        .map(ProcessHandle::isAlive)
                        .orElse(false));
                assertThat(watch.exitCode()).as(watch.said()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cassandra", "s3", "kafka"})
    @Tag("P2")
    @Tag("P7")
    void aServerThatIsKilledIsStartedAgainAndCostsNoVerdict(String server) throws Exception {
        String jobId = submit("end-of-" + server, TASKS);
        await("it is in mid-run").atMost(LONG).until(() -> verdicts(jobId).size() >= 3);
        long before = pid(server);

        Signals.send("KILL", before);

        var watched = stack.millrace("watch", jobId);
        assertThat(watched.exitCode()).as(watched.out() + watched.err()).isZero();
        await("it is there again").atMost(LONG).until(() -> pid(server) != before);
        assertThat(stack.platform().servers().failure()).isEmpty();
        assertThat(verdicts(jobId))
                .hasSize(TASKS)
                .allMatch(it -> it.verdict() == Verdict.PASSED)
                .extracting(TaskCompleted::taskId)
                .doesNotHaveDuplicates();
        await("the results are there")
                .atMost(LONG)
                .until(() -> stack.millrace(
                                        "fetch",
                                        jobId,
                                        "--artifacts",
                                        "-d",
                                        SharedStack.SCRATCH
                                                .resolve("fetched-" + server)
                                                .toString())
                                .exitCode()
                        == 0);
    }

    @Test
    void whoWatchesAJobIsToldWhyNothingHappens() throws Exception {
        String jobId = submit("told", TASKS);
        try (var watch = LaunchedProcess.start(
                "watch-" + System.nanoTime(),
                Map.of("MILLRACE_GATEWAY", stack.gateway().toString()),
                "watch",
                jobId)) {
            await("it watches").atMost(LONG).until(() -> watch.said().contains("passed"));

            stop("kafka");

            await("it says so").atMost(LONG).until(() -> watch.said()
                    .contains("waiting: the gateway is not ready (kafka:"));
            goOn();
            await("it ends").atMost(LONG).until(() -> !ProcessHandle.of(watch.pid())
                    .map(ProcessHandle::isAlive)
                    .orElse(false));
            assertThat(watch.exitCode()).as(watch.said()).isZero();
            assertThat(watch.said()).containsOnlyOnce("waiting:");
        }
    }

    @Test
    @Tag("P1")
    void withoutCassandraJobsRunAndTheServicesSayWhatIsMissing() throws Exception {
        stop("cassandra");
        ServiceHealth health = await("the gateway notices")
                .atMost(LONG)
                .until(() -> ServiceHealth.of(stack.gateway()), it -> it.reasons()
                        .containsKey("cassandra"));

        String jobId = submit("without-cassandra", 2);

        await("the job ends").atMost(LONG).until(() -> ends(jobId).size() == 1);
        assertThat(verdicts(jobId)).allMatch(it -> it.verdict() == Verdict.PASSED);
        assertThat(health.status()).isEqualTo("degraded");
        assertThat(health.reasons().get("cassandra")).contains("no node of Cassandra");
    }

    @Test
    void aRetryThatWaitsForCassandraIsDoneOnceItIsBackAndHoldsUpNobody() throws Exception {
        String jobId = submit("to-retry", 2);
        await("the job ends").atMost(LONG).until(() -> ends(jobId).size() == 1);
        var planned = Records.of(stack.platform().kafka(), Topic.QUEUE, JobPlanned.class).stream()
                .filter(it -> it.jobId().equals(jobId))
                .findFirst()
                .orElseThrow();
        stop("cassandra");
        try (var publisher = new EventPublisher(stack.platform().kafka(), "test", "outages", Clock.systemUTC())) {
            publisher
                    .publish(new JobRetryRequested(jobId, planned.pool(), "test", 1, false, planned.planDigest(), 2))
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }

        String other = submit("beside-the-retry", 2);

        await("the other job is planned and ends")
                .atMost(LONG)
                .until(() -> ends(other).size() == 1);
        outageLasts();
        assertThat(ends(jobId)).hasSize(1);
        goOn();
        await("the retry runs").atMost(LONG).until(() -> ends(jobId).size() == 2);
    }

    /** Starts each service while a server that it uses does not answer. */
    @ParameterizedTest
    @CsvSource({"executor,kafka", "gateway,cassandra", "scheduler,cassandra", "artifact-service,s3"})
    void aServiceStartsWithoutAServerAndIsReadyOnceThatIsBack(String service, String server) throws Exception {
        stop(server);
        try (LaunchedProcess process = ServedProcess.start(stack, service)) {
            await("it waits, or says what is missing")
                    .atMost(LONG)
                    .until(() -> process.isReady() || process.said().contains("waiting for it"));
            goOn();
            await("it is ready").atMost(LONG).until(process::isReady);
            if (process.said().contains("http://")) {
                URI address = URI.create(process.said().replaceAll("(?s).*(http://[0-9.:]+).*", "$1"));
                await("with nothing missing").atMost(LONG).ignoreExceptions().until(() -> ServiceHealth.of(address)
                        .status()
                        .equals("ready"));
            }
        }
    }

    @Test
    @Order(LAST)
    void afterAllOutagesTheViewsEqualTheLog() {
        await("the views equal the log").atMost(LONG).untilAsserted(() -> {
            var audit = stack.millrace(
                    "audit",
                    "--rebuild",
                    "--kafka",
                    stack.platform().kafka().bootstrap(),
                    "--cassandra",
                    stack.platform().servers().cassandraContactPoint(),
                    "--artifact-service",
                    stack.platform().artifactService().toString());
            assertThat(audit.exitCode()).as(audit.out() + audit.err()).isZero();
        });
    }
}
