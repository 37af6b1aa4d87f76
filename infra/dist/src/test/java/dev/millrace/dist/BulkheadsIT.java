package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While S3 hangs, the gateway answers requests that do not need S3. It refuses the others with 503 instead of letting them pile up. */
@Timeout(180)
class BulkheadsIT {
    /** More submissions than the gateway can process and queue at the same time. */
    private static final int SUBMISSIONS = 100;

    private static final String SPEC =
            """
            {"apiVersion": "millrace.dev/v1", "name": "hung", "tasks": [{"id": "t", "command": ["true"]}]}
            """;

    private static final SharedStack STACK = SharedStack.get();

    private final HttpClient http = HttpClient.newHttpClient();
    private String jobId = "";

    @BeforeEach
    void stopS3() throws Exception {
        jobId = Json.MAPPER
                .readTree(submit(0).get(60, TimeUnit.SECONDS).body())
                .path("id")
                .asText();
        assertThat(STACK.millrace("watch", jobId).exitCode()).isZero();
        signal("STOP");
    }

    @AfterEach
    void continueS3() throws Exception {
        signal("CONT");
        await("S3 answers again")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> submit(0).get(60, TimeUnit.SECONDS).statusCode() == 202);
    }

    private static void signal(String signal) {
        long pid = STACK.platform().servers().pids().entrySet().stream()
                .filter(it -> it.getKey().contains("s3"))
                .findFirst()
                .orElseThrow()
                .getValue();
        Signals.send(signal, pid);
    }

    private static URI at(String path) {
        return STACK.gateway().resolve(path);
    }

    /** Submits a job. Each spec is different, so the gateway must store each one in S3. */
    private CompletableFuture<HttpResponse<String>> submit(int number) {
        String spec = SPEC.replace("\"hung\"", "\"hung-" + number + "-" + System.nanoTime() + "\"");
        return http.sendAsync(
                HttpRequest.newBuilder(at("/v1/jobs"))
                        .timeout(Duration.ofSeconds(90))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(spec))
                        .build(),
                BodyHandlers.ofString());
    }

    private int answered(HttpRequest.Builder request) throws Exception {
        // Longer than an answer that does not need S3 takes, even on a busy machine.
        return http.send(
                        request.timeout(Duration.ofSeconds(20))
                                .header("Content-Type", "application/json")
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void cancelAndPoolsAreAnsweredWhileSubmissionsWaitOrAreRefused() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> submissions = new ArrayList<>();
        for (int i = 0; i < SUBMISSIONS; i++) {
            submissions.add(submit(i));
        }
        await("some are refused at once, which shows that the others have all the room there is")
                .atMost(Duration.ofSeconds(60))
                .until(() -> submissions.stream().anyMatch(CompletableFuture::isDone));

        int cancel = answered(
                HttpRequest.newBuilder(at("/v1/jobs/" + jobId + "/cancel")).POST(BodyPublishers.noBody()));
        int pool = answered(HttpRequest.newBuilder(at("/v1/pools/bulkheads"))
                .PUT(BodyPublishers.ofString("{\"hedgePercent\": 10}")));

        assertThat(cancel).isIn(202, 409);
        assertThat(pool).isEqualTo(202);
        for (CompletableFuture<HttpResponse<String>> submission : submissions) {
            HttpResponse<String> answer = submission.get(90, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
        assertThat(submissions.stream().map(it -> it.join().body()).filter(it -> it.contains("/saturated")))
                .isNotEmpty();
    }
}
