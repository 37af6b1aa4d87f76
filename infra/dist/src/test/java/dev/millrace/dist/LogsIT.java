package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests reading the output of a task: one stream or both, as byte ranges, with timestamps, and while the task runs. The output is too large
 * to be part of an event.
 */
class LogsIT {
    private static final SharedStack STACK = SharedStack.get();
    private static String taskId = "";

    @BeforeAll
    static void run() throws IOException {
        Path spec = SharedStack.spec(
                "alternating.yaml",
                """
                apiVersion: millrace.dev/v1
                name: alternating
                tasks:
                  - id: alternates
                    command:
                      - python3
                      - -c
                      - |
                        import array, fcntl, os, termios, time
                        def unread(pipe):
                            count = array.array("i", [0])
                            fcntl.ioctl(pipe, termios.FIONREAD, count)
                            return count[0]
                        for i in range(200):
                            pipe = 1 + i % 2
                            os.write(pipe, b"%d %s\\n" % (i, b"-" * 80))
                            # Which of two pipes was written first, nobody can tell who finds both filled.
                            while unread(pipe):
                                time.sleep(0.001)
                            time.sleep(0.012)
                """);
        var run = STACK.millrace(
                "run",
                spec.toString(),
                "-d",
                SharedStack.SCRATCH.resolve("logs-out").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode tasks =
                Json.MAPPER.readTree(STACK.millrace("tasks", "--output", "json").out());
        taskId = tasks.path(0).path("id").asText();
    }

    private static HttpResponse<String> get(String query, String... headers) throws Exception {
        URI address = STACK.platform().gateway().resolve("/v1/tasks/" + taskId + "/log?" + query);
        HttpRequest.Builder request = HttpRequest.newBuilder(address);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void inBothStreamsShouldShowThemInTheirOrder() throws Exception {
        String combined = get("stream=combined").body();

        assertThat(combined.lines().map(line -> line.split(" ")[0]))
                .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 200)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(STACK.millrace("logs", taskId, "--stream", "combined").out()).isEqualTo(combined);
    }

    @Test
    void inTimestampsShouldBeginEachLineWithItsTime() {
        var lines = STACK.millrace("logs", taskId, "--timestamps").out().lines().toList();

        assertThat(lines)
                .hasSize(200)
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.]\\d{3}Z \\d+ -{80}"))
                .isSorted();
    }

    @Test
    void inRunningTaskShouldShowBothStreamsWithTheirTimesBeforeItEnds() throws Exception {
        Path spec = SharedStack.spec(
                "lasting.yaml",
                """
                apiVersion: millrace.dev/v1
                name: lasting
                tasks: [{id: lasting, command: [sh, -c, "echo to-out; echo to-err >&2; exec sleep 600"]}]
                """);
        String job =
                STACK.millrace("submit", "--no-wait", spec.toString()).out().strip();
        String task = "";
        for (long until = System.nanoTime() + 60_000_000_000L; task.isEmpty() && System.nanoTime() < until; ) {
            JsonNode found = Json.MAPPER
                    .readTree(STACK.millrace("tasks", job, "--output", "json").out())
                    .path(0);
            task = found.path("state").asText().equals("running")
                    ? found.path("id").asText()
                    : "";
        }
        URI log = STACK.platform().gateway().resolve("/v1/tasks/" + task + "/log");
        var client = HttpClient.newHttpClient();

        var index = client.send(
                HttpRequest.newBuilder(log.resolve("log?stream=index")).build(), HttpResponse.BodyHandlers.ofString());
        for (int number : List.of(0, 2)) {
            var none = client.send(
                    HttpRequest.newBuilder(log.resolve("log?attempt=" + number)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(none.statusCode()).as(none.body()).isEqualTo(404);
            assertThat(none.body()).contains("unknown-attempt", "has no attempt " + number);
        }
        var live = client.send(
                HttpRequest.newBuilder(log.resolve("log?stream=combined&follow=true&timestamps=true"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());

        assertThat(index.statusCode()).isEqualTo(409);
        try (var lines = new BufferedReader(new InputStreamReader(live.body(), StandardCharsets.UTF_8))) {
            // The task runs until it is cancelled, so these lines are read while it runs.
            assertThat(List.of(lines.readLine(), lines.readLine()))
                    .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.]\\d{3}Z to-(out|err)"));
            STACK.millrace("cancel", job);
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void inRangeShouldSendThatPart() throws Exception {
        String whole = get("stream=combined").body();

        var part = get("stream=combined", "Range", "bytes=100-299");
        var end = get("stream=stdout", "Range", "bytes=-10");
        var beyond = get("stream=stdout", "Range", "bytes=1000000-");

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(whole.substring(100, 300));
        assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 100-299/" + whole.length());
        assertThat(end.body()).isEqualTo("-".repeat(9) + "\n");
        assertThat(beyond.statusCode()).isEqualTo(416);
    }

    @Test
    void inIndexShouldTellWhereEachPieceIs() throws Exception {
        String stdout = get("stream=stdout").body();
        var pieces = get("stream=index").body().lines().toList();

        long position = 0;
        for (String line : pieces) {
            JsonNode piece = Json.MAPPER.readTree(line);
            if (piece.path("stream").asText().equals("stdout")) {
                assertThat(piece.path("offset").asLong()).isEqualTo(position);
                position += piece.path("length").asLong();
            }
        }
        assertThat(position).isEqualTo(stdout.length());
    }
}
