package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.gateway.api.GatewayApi;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import dev.millrace.schemas.json.Json;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HelloIT {
    private final SharedStack stack = SharedStack.get();
    private final Path results = SharedStack.SCRATCH.resolve("hello-results");

    @Test
    void inRunShouldLeaveVerdictsLogsAndArtifactsBehind() throws Exception {
        var run = stack.millrace(
                "run",
                SharedStack.ROOT.resolve("examples/hello/job.yaml").toString(),
                "-d",
                results.toString(),
                "--output",
                "json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("status").asText()).isEqualTo("passed");
        assertThat(report.path("counts").path("passed").asInt()).isEqualTo(4);
        assertThat(report.path("counts").path("flaky").asInt()).isEqualTo(1);
        String jobId = report.path("jobId").asText();
        Path left = results.resolve(jobId);
        assertThat(left.resolve("junit.xml")).content().contains("tests=\"4\" failures=\"0\"");
        assertThat(left.resolve("report/artifacts/reports/size.txt")).content().startsWith("21 ");
        assertThat(left.resolve("report/artifacts/when.txt")).isNotEmptyFile();
        var events = Completions.ofJob(stack.platform().kafka(), jobId);
        assertThat(Completions.tasks(events))
                .extracting(TaskCompleted::verdict)
                .containsOnly(Verdict.PASSED)
                .hasSize(4);
        assertThat(Completions.tasks(events)).extracting(TaskCompleted::taskId).doesNotHaveDuplicates();
        assertThat(Completions.jobs(events)).singleElement().matches(it -> it.status() == JobStatus.PASSED);
        assertThat(SharedStack.processesOf(jobId)).isEmpty();
    }

    @Test
    void inCommandsAfterARunShouldShowWhatHappened() throws Exception {
        var run = stack.millrace(
                "run", SharedStack.ROOT.resolve("examples/hello/job.yaml").toString(), "-d", results.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();

        var jobs = stack.millrace("jobs");
        var job = stack.millrace("job");
        var tasks = stack.millrace("tasks");
        var failedLog = stack.millrace("logs", "flaky", "--attempt", "1");
        var log = stack.millrace("logs", "hello");
        var fetch = stack.millrace(
                "fetch", "-d", SharedStack.SCRATCH.resolve("fetched").toString());

        var history = stack.millrace("history", "hello/-/count");
        var why = stack.millrace("why", "flaky");
        var unknown = stack.millrace("history", "hello/-/nobody-ran-this");
        var nonsense = stack.millrace("history", "nonsense");

        assertThat(history.out())
                .contains("test      hello/-/count")
                .containsPattern("expected  1[.][0-9]{3} s")
                .contains("passed");
        assertThat(why.out())
                .containsPattern("task j[0-9a-f]{20}[.]1  flaky  passed [(]flaky[)]")
                .contains("its job was divided into 4 tasks; this one was expected to take")
                .contains("attempt 1 was sent to e1 after")
                .contains("why this task: it was first among the waiting tasks of its owner")
                .contains("attempt 1 ended as failed on e1: the command exited with code 1; retried on the test budget")
                .contains("verdict: passed, and flaky: it passed after failing");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("no run of hello/-/nobody-ran-this is known");
        assertThat(nonsense.err()).contains("project/suite/test");
        assertThat(jobs.out()).contains("hello").contains("4/4 passed");
        assertThat(job.out()).contains("state     passed").contains("1 flaky");
        assertThat(tasks.out()).contains("passed (flaky)");
        assertThat(failedLog.err()).contains("not this time (attempt 1)");
        assertThat(log.out()).isEqualTo("Hello from Millrace.\n");
        assertThat(fetch.exitCode()).isZero();
        try (var files = Files.walk(SharedStack.SCRATCH.resolve("fetched"))) {
            assertThat(files.map(it -> it.getFileName().toString())).contains("junit.xml", "stdout.log", "size.txt");
        }
    }

    @Test
    void inGatewayShouldServeItsOpenApiDocument() throws Exception {
        try (InputStream served =
                        stack.gateway().resolve("/openapi.yaml").toURL().openStream();
                InputStream ours = GatewayApi.class.getClassLoader().getResourceAsStream(GatewayApi.OPENAPI_RESOURCE)) {
            assertThat(served.readAllBytes())
                    .isEqualTo(Objects.requireNonNull(ours).readAllBytes());
        }
    }

    @Test
    void inDryRunShouldSubmitNothing() {
        var dry = stack.millrace(
                "run",
                "--dry-run",
                SharedStack.ROOT.resolve("examples/hello/job.yaml").toString());

        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out())
                .containsPattern("inputs 2 files, [0-2] of them new [(][0-9]+ bytes to send[)]")
                .containsPattern("hello +- +[0-9.]+ +\\S+")
                .containsPattern("4 tasks, [0-9.]+ s of work, the longest [0-9.]+ s");
        assertThat(dry.err()).doesNotContain("submitted");
    }

    @Test
    void inDryRunShouldSayWhatWouldBeSent() throws Exception {
        Path spec = SharedStack.spec(
                "unsent.yaml",
                """
                apiVersion: millrace.dev/v1
                name: unsent
                inputs: [{from: new, to: new}, {from: old, to: old}]
                tasks: [{id: t, command: ['true']}]
                """);
        byte[] bytes = new byte[12_345];
        new java.util.Random(System.nanoTime()).nextBytes(bytes);
        Files.write(spec.resolveSibling("new"), bytes);
        Files.write(spec.resolveSibling("old"), new byte[0]);
        assertThat(stack.millrace("submit", spec.toString()).exitCode()).isZero();
        bytes[0]++;
        Files.write(spec.resolveSibling("new"), bytes);

        JsonNode inputs = Json.MAPPER
                .readTree(stack.millrace("run", "--dry-run", "--output", "json", spec.toString())
                        .out())
                .path("inputs");

        assertThat(inputs.path("missing").asInt()).isEqualTo(1);
        assertThat(inputs.path("missingBytes").asInt()).isEqualTo(12_345);
    }

    @Test
    void inDryRunShouldExpectWhatTheHistorySays() throws Exception {
        Path spec = SharedStack.spec(
                "expected.yaml",
                """
                apiVersion: millrace.dev/v1
                name: expected
                tasks: [{id: naps, command: [sleep, "1.2"]}]
                """);
        assertThat(stack.millrace("run", spec.toString(), "-d", results.toString())
                        .exitCode())
                .isZero();

        var dry = stack.millrace("run", "--dry-run", "--output", "json", spec.toString());

        JsonNode plan = Json.MAPPER.readTree(dry.out());
        assertThat(plan.path("tasks").path(0).path("estimateMs").asLong()).isBetween(1_200L, 3_000L);
        assertThat(plan.path("tasks").path(0).path("estimateSource").asText()).doesNotContain("no history");
        assertThat(plan.path("inputs").path("missing").asInt()).isZero();
    }
}
