package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Large answers are divided into pages, and requests that ask for too much are refused, so that other users are not delayed. */
@Tag("P6")
class LimitsIT {
    private final SharedStack stack = SharedStack.get();

    private JsonNode page(String query) throws Exception {
        URI address = URI.create(stack.gateway() + "/v1/jobs" + query);
        try (var body = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofInputStream())
                .body()) {
            return Json.MAPPER.readTree(body);
        }
    }

    @Test
    void inPagesShouldListEveryJobOnce() throws Exception {
        Path spec = SharedStack.spec(
                "paged", "{apiVersion: millrace.dev/v1, name: paged, tasks: [{id: t, command: ['true']}]}");
        var submitted = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            submitted.add(
                    stack.millrace("submit", "--no-wait", spec.toString()).out().strip());
        }
        assertThat(stack.millrace("watch", submitted.get(4)).exitCode()).isZero();

        var paged = new ArrayList<String>();
        String next = "";
        do {
            JsonNode page = page("?limit=2" + next);
            page.path("jobs").forEach(job -> paged.add(job.path("id").asText()));
            next = page.path("nextCursor").isTextual()
                    ? "&cursor=" + page.path("nextCursor").asText()
                    : "";
        } while (!next.isEmpty());

        assertThat(paged).containsAll(submitted).doesNotHaveDuplicates();
    }

    @Test
    void inSpecThatStandsForAHugePlanShouldRejectTheJobAndGoOnPlanning() {
        String env = IntStream.range(0, 16)
                .mapToObj(i -> "A" + i + ": '" + "x".repeat(1 << 16) + "'")
                .collect(Collectors.joining(", "));
        String tasks = IntStream.range(0, 100)
                .mapToObj(i -> "{id: t" + i + ", command: ['true']}")
                .collect(Collectors.joining(", "));
        Path spec = SharedStack.spec(
                "huge",
                "{apiVersion: millrace.dev/v1, name: huge, defaults: {env: {" + env + "}}, tasks: [" + tasks + "]}");

        var huge = stack.millrace("submit", spec.toString());

        assertThat(huge.exitCode()).as(huge.err()).isEqualTo(2);
        assertThat(huge.out()).contains("REJECTED").contains("the plan of the first 16 tasks");
    }

    @Test
    void inOwnerWhoSubmitsTooOftenShouldBeToldWhenToComeAgainAndOthersServed() throws Exception {
        HttpResponse<String> answer = retryUnknownJob("hasty");
        for (int i = 0; i < 1_000 && answer.statusCode() != 429; i++) {
            answer = retryUnknownJob("hasty");
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValueAsLong("Retry-After")).isPresent();
        assertThat(answer.body()).contains("owner 'hasty'").contains("gateway.submissionsPerMinute");
        assertThat(retryUnknownJob("patient").statusCode()).isEqualTo(404);
    }

    /**
     * The spec is short but stands for 200,000 tasks. Such a job is rejected when it is planned. The rate limit already counts its tasks
     * when it is submitted.
     */
    @Test
    void inSuiteThatIsRepeatedOftenShouldCountTheTasksItStandsFor() throws Exception {
        String units = IntStream.range(0, 200)
                .mapToObj(i -> "{\"name\":\"A" + i + "\",\"tests\":1}")
                .collect(Collectors.joining(","));
        String suite = "{\"junit\":{\"classpath\":[\"a.jar\"],\"scan\":[\"a.jar\"],\"forkEach\":true,\"units\":["
                + units + "]}}";
        String spec =
                "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"repeated\",\"repeat\":1000,\"suites\":[" + suite + "]}";

        // Each submission counts as 10,000 tasks, the largest number that a plan can have. It therefore uses 21 of the
        // 300 submissions that
        // are allowed at once.
        HttpResponse<String> answer = submit(spec);
        assertThat(answer.statusCode()).isEqualTo(202);
        for (int i = 0; i < 20 && answer.statusCode() == 202; i++) {
            answer = submit(spec);
        }

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
        assertThat(answer.body()).contains("too-many-submissions");
    }

    private HttpResponse<String> submit(String spec) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(stack.gateway() + "/v1/jobs"))
                                .header("Millrace-Owner", "repeater")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(spec))
                                .build(),
                        BodyHandlers.ofString());
    }

    private HttpResponse<String> retryUnknownJob(String owner) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(stack.gateway() + "/v1/jobs/j" + "0".repeat(20) + "/retry"))
                                .header("Millrace-Owner", owner)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }
}
