package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class EventsIT {
    private final SharedStack stack = SharedStack.get();
    private final HttpClient http = HttpClient.newHttpClient();

    private String job() {
        return stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec(
                                        "events",
                                        """
                apiVersion: millrace.dev/v1
                name: events
                tasks:
                  - {id: a, command: [sleep, '0.3']}
                  - {id: b, command: [sleep, '0.3']}
                  - {id: c, command: ['false'], retries: 1}
                  - {id: d, command: ['true']}
                """)
                                .toString())
                .out()
                .strip();
    }

    private List<JsonNode> webSocket(String jobId, String cursor, int limit) throws Exception {
        return EventStream.read(stack.gateway(), jobId, cursor, limit);
    }

    private static List<String> cursors(List<JsonNode> frames) {
        return EventStream.cursors(frames);
    }

    @Test
    void inResumeAfterAnyFrameShouldLeaveNoGapAndRepeatNothing() throws Exception {
        String jobId = job();
        List<JsonNode> whole = webSocket(jobId, "", Integer.MAX_VALUE);

        assertThat(whole.get(0).path("type").asText()).isEqualTo("dev.millrace.job.admitted.v1");
        assertThat(whole.get(whole.size() - 1).path("type").asText()).isEqualTo("dev.millrace.job.completed.v1");
        assertThat(cursors(whole).stream().map(Long::parseLong)).isSorted().doesNotHaveDuplicates();
        for (int cut : new int[] {1, whole.size() / 2, whole.size() - 1, whole.size()}) {
            List<JsonNode> rest = webSocket(jobId, cursors(whole).get(cut - 1), Integer.MAX_VALUE);
            assertThat(cursors(rest))
                    .as("resumed after frame %d", cut)
                    .isEqualTo(cursors(whole).subList(cut, whole.size()));
        }
    }

    @RepeatedTest(8)
    void inConnectionCutWhileTheJobRunsShouldResumeWithNoGap() throws Exception {
        String jobId = job();
        List<JsonNode> before = webSocket(jobId, "", 3);

        List<JsonNode> after = webSocket(jobId, cursors(before).get(2), Integer.MAX_VALUE);

        var joined = new ArrayList<>(cursors(before));
        joined.addAll(cursors(after));
        assertThat(joined).isEqualTo(cursors(webSocket(jobId, "", Integer.MAX_VALUE)));
    }

    @Test
    void inServerSentEventsShouldTellTheSameStory() throws Exception {
        String jobId = job();
        List<JsonNode> frames = webSocket(jobId, "", Integer.MAX_VALUE);
        var request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/jobs/" + jobId + "/events"))
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", cursors(frames).get(1))
                .build();

        String body = http.send(request, BodyHandlers.ofString()).body();

        assertThat(body.lines().filter(line -> line.startsWith("id: ")).map(line -> line.substring(4)))
                .isEqualTo(cursors(frames).subList(2, frames.size()));
        assertThat(body).endsWith("event: end\ndata: {}\n\n");
    }

    @Test
    void inJobThatIsQuietShouldAnswerServerSentEventsAtOnce() throws Exception {
        Path spec = SharedStack.spec(
                "quiet", "{apiVersion: millrace.dev/v1, name: quiet, tasks: [{id: t, command: [sleep, '60']}]}");
        String jobId =
                stack.millrace("submit", "--no-wait", spec.toString()).out().strip();
        try {
            var request = HttpRequest.newBuilder(
                            stack.gateway().resolve("/v1/jobs/" + jobId + "/events?cursor=" + Long.MAX_VALUE))
                    .header("Accept", "text/event-stream")
                    .timeout(Duration.ofSeconds(5))
                    .build();

            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());

            try (InputStream body = answer.body()) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(body.read()).isEqualTo(':');
            }
        } finally {
            stack.millrace("cancel", jobId);
        }
    }

    @Test
    void inFollowedLogShouldShowOutputBeforeTheTaskEndsAndAllOfItInTheEnd() throws Exception {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec(
                                        "follow",
                                        """
                apiVersion: millrace.dev/v1
                name: follow
                tasks: [{id: t, command: [sh, -c, 'i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); sleep 0.1; done']}]
                """)
                                .toString())
                .out()
                .strip();
        org.awaitility.Awaitility.await("the task runs")
                .atMost(java.time.Duration.ofSeconds(30))
                .until(() -> stack.millrace("tasks", jobId, "--status", "running")
                                .out()
                                .lines()
                                .count()
                        == 2);

        var followed = stack.millrace("logs", jobId + ".0", "--follow");

        var expected = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            expected.append("line ").append(i).append('\n');
        }
        assertThat(followed.out()).isEqualTo(expected.toString());
    }
}
