package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real server with 1 MiB of memory for all bodies together. Its routes use a body until the test ends the use. */
class BodiesTest {
    private static final int BUDGET = 1 << 20;
    private static final int MAX_BODY = 900_000;
    private static final int MOST = 800_000;
    private static final HttpLimits LIMITS = new HttpLimits(
            10_000, 20_000, 60_000, 5_000, 30_000, 1, 64 << 10, 5_000, 10_000, 256 << 10, 100, 2, BUDGET);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<Promise<Integer>> inUse = new ArrayBlockingQueue<>(100);
    private URI base = URI.create("http://localhost");

    @BeforeEach
    void start() throws Exception {
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var settings = new HttpSettings("127.0.0.1", 0, List.of(), LIMITS);
        var service = new HttpService(vertx, "test", settings, new Health(metrics), metrics, false);
        Bodies bodies = service.bodies();
        service.router().post("/kept").handler(context -> bodies.parse(
                        context.request(), MAX_BODY, (body, memory) -> body.length, this::use)
                .onSuccess(context::json)
                .onFailure(context::fail));
        service.router().post("/decoded").handler(context -> bodies.parseEncoded(
                        context.request(),
                        MAX_BODY,
                        (body, memory) -> {
                            memory.hold(MOST);
                            return MOST;
                        },
                        this::use)
                .onSuccess(context::json)
                .onFailure(context::fail));
        base = service.listen().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Future<Integer> use(Integer length) {
        Promise<Integer> use = Promise.promise();
        inUse.add(use);
        return use.future();
    }

    private Promise<Integer> nextInUse() throws InterruptedException {
        Promise<Integer> use = inUse.poll(30, TimeUnit.SECONDS);
        assertThat(use).as("a body that came to its use").isNotNull();
        return use;
    }

    private CompletableFuture<HttpResponse<String>> post(String path, int length, boolean chunked) {
        var body = BodyPublishers.ofByteArray(new byte[length]);
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .POST(chunked ? BodyPublishers.fromPublisher(body) : body)
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertRefused(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        assertThat(answer.get().body()).contains("/too-many-bodies");
    }

    @Test
    void countsABodyUntilItsUseIsOver() throws Exception {
        var first = post("/kept", MOST, false);
        Promise<Integer> use = nextInUse();

        var meanwhile = post("/kept", MOST, false);

        assertRefused(meanwhile);
        use.complete(1);
        assertThat(first.get(60, TimeUnit.SECONDS).body()).isEqualTo("1");
        var afterwards = post("/kept", MOST, true);
        nextInUse().complete(2);
        assertThat(afterwards.get(60, TimeUnit.SECONDS).body()).isEqualTo("2");
    }

    @Test
    void givesTheMemoryBackWhenTheUseFails() throws Exception {
        var first = post("/kept", MOST, false);
        nextInUse().fail(new HttpProblemException(ProblemKind.BAD_VALUE, "no"));
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(422);

        var afterwards = post("/kept", MOST, false);

        nextInUse().complete(2);
        assertThat(afterwards.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void countsWhatASmallBodyDecodesTo() throws Exception {
        var first = post("/decoded", 10, false);
        Promise<Integer> use = nextInUse();

        var meanwhile = post("/decoded", 10, false);

        assertRefused(meanwhile);
        use.complete(1);
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    /** The bodies have no declared length, so each is found to be too large only after some of it has arrived and holds memory. */
    @Test
    void keepsNothingOfBodiesThatTurnedOutTooLarge() throws Exception {
        for (int i = 0; i < 40; i++) {
            assertThat(post("/kept", 2 * MAX_BODY, true)
                            .get(60, TimeUnit.SECONDS)
                            .statusCode())
                    .isEqualTo(413);
        }

        var afterwards = post("/kept", MAX_BODY, false);

        nextInUse().complete(1);
        assertThat(afterwards.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
}
