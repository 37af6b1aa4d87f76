package dev.millrace.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.plan.Plan;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses a real server that makes one preview at a time and lets one more wait. A preview ends when the test completes it. */
class PlansApiTest {
    private static final String SPEC =
            """
            {"apiVersion": "millrace.dev/v1", "name": "hello", "inputTree": "%s", "tasks": [{"id": "t", "command": ["true"]}]}\
            """
                    .formatted("0".repeat(64));

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Promise<Plan>> begun = new CopyOnWriteArrayList<>();
    private URI base = URI.create("http://localhost");

    @BeforeEach
    void start() throws Exception {
        var settings = new HttpSettings("127.0.0.1", 0, List.of(), HttpLimits.DEFAULTS);
        var service = new HttpService(vertx, "test", settings, new Health(metrics), metrics, false);
        var previews = new AsyncBulkhead(vertx, metrics, "previews", 1, 1);
        var plans = new PlansApi(
                spec -> {
                    Promise<Plan> preview = Promise.promise();
                    begun.add(preview);
                    return preview.future();
                },
                previews,
                new SubmissionRate(new GatewaySettings.Submissions(120, 300)),
                "local",
                service.bodies(),
                1 << 20);
        service.router().post("/v1/plans").handler(plans::plan);
        base = service.listen().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private CompletableFuture<HttpResponse<String>> preview(String spec) {
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve("/v1/plans"))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(spec))
                        .build(),
                BodyHandlers.ofString());
    }

    private void awaitBegun(int count) {
        await("so many previews have begun").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(begun)
                .hasSize(count));
    }

    @Test
    void makesOnePreviewAtATimeAndAsksOthersToComeAgain() throws Exception {
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 5; i++) {
            answers.add(preview(SPEC));
        }

        await("three have no room")
                .atMost(Duration.ofSeconds(30))
                .until(() -> answers.stream().filter(CompletableFuture::isDone).count() == 3);

        assertThat(begun).hasSize(1);
        var plan = new Plan("preview", "hello", "hello", new Digest("0".repeat(64)), List.of(), null);
        begun.get(0).complete(plan);
        awaitBegun(2);
        begun.get(1).complete(plan);
        var got = new ArrayList<HttpResponse<String>>();
        for (var answer : answers) {
            got.add(answer.get(30, TimeUnit.SECONDS));
        }
        assertThat(got).extracting(HttpResponse::statusCode).containsExactlyInAnyOrder(200, 200, 503, 503, 503);
        assertThat(got)
                .filteredOn(it -> it.statusCode() == 503)
                .allMatch(it -> it.headers().firstValue("Retry-After").isPresent());
    }

    @Test
    void aSpecThatIsNotValidIsRefusedWithoutAPreview() throws Exception {
        HttpResponse<String> answer =
                preview("{\"name\": \"hello\", \"tasks\": 5}").get(30, TimeUnit.SECONDS);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(begun).isEmpty();
    }
}
