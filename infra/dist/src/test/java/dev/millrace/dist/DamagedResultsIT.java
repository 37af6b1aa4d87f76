package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands name each result that is damaged, missing or lost in transfer, and no command reports success without it. */
@Timeout(180)
class DamagedResultsIT {
    private static final SharedStack STACK = SharedStack.get();

    /** The output is large enough to be stored as a blob. It is random, so the tests damage no blob that other tests use. */
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: damaged
            defaults: {artifacts: ['*.bin']}
            tasks:
              - {id: flipped, command: [sh, -c, 'head -c 9000 /dev/urandom | base64; echo a > a.bin']}
              - {id: cut, command: [sh, -c, 'head -c 9000 /dev/urandom | base64']}
              - {id: lost, command: [sh, -c, 'head -c 9000 /dev/urandom | base64']}
              - {id: sound, command: [sh, -c, 'head -c 9000 /dev/urandom | base64']}
            """;

    private final Map<String, StoredObject> logs = new HashMap<>();
    private String jobId = "";

    @BeforeEach
    void run() throws Exception {
        var submitted = STACK.millrace(
                "submit", "--no-wait", SharedStack.spec("damaged", SPEC).toString());
        jobId = submitted.out().strip();
        assertThat(STACK.millrace("watch", jobId).exitCode()).isZero();
        JsonNode tasks = Json.MAPPER.readTree(
                STACK.millrace("tasks", jobId, "--output", "json").out());
        for (JsonNode task : tasks) {
            var digest =
                    new Digest(task.path("result").path("stdout").path("digest").asText());
            logs.put(task.path("name").asText(), StoredObject.of(digest));
        }
    }

    @AfterEach
    void restore() throws IOException {
        for (StoredObject log : logs.values()) {
            log.restore();
        }
    }

    private StoredObject log(String task) {
        StoredObject log = logs.get(task);
        if (log == null) {
            throw new IllegalStateException("no task " + task + " in " + logs.keySet());
        }
        return log;
    }

    private void damage() throws IOException {
        log("flipped").flip();
        log("cut").truncate();
        log("lost").delete();
    }

    private SharedStack.Result through(CuttingProxy proxy, String... arguments) {
        return SharedStack.run(Map.of("MILLRACE_GATEWAY", proxy.address().toString()), arguments);
    }

    private SharedStack.Result audit() {
        return STACK.millrace(
                "audit",
                "--kafka",
                STACK.platform().kafka().bootstrap(),
                "--artifact-service",
                STACK.platform().artifactService().toString());
    }

    @Test
    void fetchNamesWhatItCannotHaveAndBringsTheRest(@TempDir Path directory) throws Exception {
        damage();

        var fetched = STACK.millrace("fetch", jobId, "-d", directory.toString());

        Path results = directory.resolve(jobId);
        assertThat(fetched.exitCode()).as(fetched.out() + fetched.err()).isEqualTo(5);
        assertThat(fetched.err())
                .contains("missing: stdout of flipped", "missing: stdout of cut", "missing: stdout of lost")
                .doesNotContain("stdout of sound");
        assertThat(results.resolve("sound/stdout.log")).exists();
        assertThat(results.resolve("junit.xml")).exists();
        assertThat(results.resolve("flipped/artifacts/a.bin")).hasContent("a");
        for (String task : new String[] {"flipped", "cut", "lost"}) {
            assertThat(results.resolve(task + "/stdout.log")).doesNotExist();
        }
    }

    @Test
    @Tag("P10")
    void logsEndWithAnErrorAndNotWithAWrongByte() throws Exception {
        damage();

        for (String task : new String[] {"flipped", "cut", "lost"}) {
            var shown = STACK.millrace("logs", taskId(task));
            assertThat(shown.exitCode()).as(task + ": " + shown.err()).isEqualTo(5);
            var combined = STACK.millrace("logs", taskId(task), "--stream", "combined");
            assertThat(combined.exitCode()).as(task + ": " + combined.err()).isEqualTo(5);
        }
        assertThat(STACK.millrace("logs", taskId("sound")).exitCode()).isZero();
    }

    private String taskId(String name) throws IOException {
        for (JsonNode task : Json.MAPPER.readTree(
                STACK.millrace("tasks", jobId, "--output", "json").out())) {
            if (task.path("name").asText().equals(name)) {
                return task.path("id").asText();
            }
        }
        throw new IllegalStateException("no task " + name);
    }

    @Test
    @Tag("P4")
    void auditReadsAndHashesEverythingTheLogRefersTo() throws Exception {
        damage();

        var broken = audit();

        assertThat(broken.exitCode()).as(broken.out() + broken.err()).isEqualTo(5);
        assertThat(broken.out())
                .containsPattern("stdout of attempt 1 at " + taskId("flipped") + " is corrupt")
                .containsPattern("stdout of attempt 1 at " + taskId("cut") + " is truncated: \\d+ of \\d+ bytes")
                .containsPattern("stdout of attempt 1 at " + taskId("lost") + " is missing")
                .doesNotContain(taskId("sound"));
        restore();
        assertThat(audit().out()).doesNotContain(jobId);
    }

    @Test
    void aRunThatPassedWithoutItsJunitXmlExitsWithFive(@TempDir Path directory) throws Exception {
        try (var proxy = new CuttingProxy(STACK.gateway(), 0)) {
            proxy.refuse("/junit.xml");

            var run = through(proxy, "run", SharedStack.spec("damaged", SPEC).toString(), "-d", directory.toString());

            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(5);
            assertThat(run.out()).contains("PASSED", "no junit.xml").doesNotContain("(junit.xml");
            assertThat(run.err()).contains("missing: junit.xml", "not complete");
            try (var files = Files.walk(directory)) {
                assertThat(files.map(it -> it.getFileName().toString()))
                        .contains("a.bin")
                        .doesNotContain("junit.xml");
            }
        }
    }

    @Test
    void aReportOnStandardOutputThatIsMissingExitsWithFive() throws Exception {
        try (var proxy = new CuttingProxy(STACK.gateway(), 0)) {
            proxy.refuse("/junit.xml");

            var watched = through(proxy, "watch", jobId, "--output", "junit");

            assertThat(watched.exitCode()).as(watched.out() + watched.err()).isEqualTo(5);
            assertThat(watched.err()).contains("junit.xml");
        }
    }
}
