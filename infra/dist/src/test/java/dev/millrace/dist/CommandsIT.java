package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.Screen;
import dev.millrace.schemas.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests small details of the command line and of the gateway's answers, on a running stack. */
class CommandsIT {
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: names
            tasks:
              - {id: 'a/b', command: [sh, -c, 'echo of the slash; exit 1']}
              - {id: 'a:b', command: [sh, -c, 'echo of the colon; exit 1']}
              - {id: 'A_B', command: [sh, -c, 'echo of the capitals; exit 1']}
              - {id: 'fine', command: [sh, -c, 'echo of none; exit 1']}
            """;

    @TempDir
    private Path directory = Path.of(".");

    private final SharedStack stack = SharedStack.get();

    private String finished() {
        String jobId = stack.millrace(
                        "submit", "--no-wait", SharedStack.spec("names", SPEC).toString())
                .out()
                .strip();
        assertThat(stack.millrace("watch", jobId).exitCode()).isEqualTo(88);
        return jobId;
    }

    private HttpResponse<String> request(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void inTasksWhoseNamesDifferLittleShouldLeaveAFileForEach() throws Exception {
        Path out = directory.resolve("out");

        var run = stack.millrace("run", SharedStack.spec("names", SPEC).toString(), "-d", out.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        var contents = new HashMap<String, String>();
        try (var files = Files.find(out, 3, (path, is) -> path.endsWith("stdout.log"))) {
            for (Path file : files.toList()) {
                contents.put(
                        Files.readString(file).strip(), out.relativize(file).toString());
            }
        }
        assertThat(contents).containsOnlyKeys("of the slash", "of the colon", "of the capitals", "of none");
        assertThat(contents.get("of none")).endsWith("/fine/stdout.log");
        assertThat(out.resolve(".gitignore")).hasContent("*");
    }

    @Test
    void inFullDiskShouldEndEachCommandWithFive() throws Exception {
        String jobId = finished();
        String[][] commands = {
            {"jobs", "--output", "json"},
            {"jobs"},
            {"job", jobId},
            {"tasks", jobId},
            {"logs", jobId + ".0"},
            {"logs", jobId + ".0", "--follow"},
            {"why", jobId + ".0"},
            {"fetch", jobId, "-d", directory.toString()},
            {"watch", jobId, "--output", "json"},
            {"executors"},
            {"pool", "show"},
            {"audit", "--no-blobs", "--kafka", stack.platform().kafka().bootstrap()},
        };
        for (String[] command : commands) {
            var err = new ByteArrayOutputStream();
            try (var full = new FileOutputStream("/dev/full")) {
                var screen = new Screen(
                        Screen.results(full), new PrintStream(err, true, StandardCharsets.UTF_8), false, false, null);
                var secrets = stack.platform().servers().secrets();
                var commandLine = Main.commandLine(
                        new Installation(SharedStack.ROOT),
                        screen,
                        Map.of(
                                "MILLRACE_GATEWAY",
                                stack.gateway().toString(),
                                "MILLRACE_STATE_DIR",
                                directory.resolve("state").toString(),
                                "MILLRACE_KAFKA_USER",
                                secrets.kafka().user(),
                                "MILLRACE_KAFKA_PASSWORD_FILE",
                                secrets.directory().resolve("kafka").toString()));

                assertThat(Main.execute(commandLine, command))
                        .as(String.join(" ", command))
                        .isEqualTo(5);
            }
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .as(String.join(" ", command))
                    .contains("standard output cannot be written: No space left on device");
        }
    }

    @Test
    void inCancelOfAFinishedJobShouldSayThatItHasEnded() {
        var cancel = stack.millrace("cancel", finished());

        assertThat(cancel.exitCode()).isZero();
        assertThat(cancel.out()).endsWith(" has ended already: failed\n");
    }

    @Test
    void inStatusThatIsNoneShouldAnswer400() throws Exception {
        var answer = request(
                HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs/" + finished() + "/tasks?status=bogus")));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("'status' is one of queued, placed, running");
    }

    @Test
    void inInputsThatWereNeverUploadedShouldAnswer422() throws Exception {
        String body = "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"n\",\"inputTree\":\"" + "0".repeat(64)
                + "\",\"tasks\":[{\"id\":\"t\",\"command\":[\"true\"]}]}";

        var answer = request(HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(answer.statusCode()).isEqualTo(422);
        JsonNode problem = Json.MAPPER.readTree(answer.body());
        assertThat(problem.path("errors").path(0).path("pointer").asText()).isEqualTo("/inputTree");
    }
}
