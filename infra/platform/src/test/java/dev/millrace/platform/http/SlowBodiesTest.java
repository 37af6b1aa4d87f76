package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real server with 8 MiB of memory for all bodies together, and clients that announce more than they send. */
class SlowBodiesTest {
    private static final int MAX_BODY = 6 << 20;
    private static final int LARGE = 4 << 20;
    private static final int SMALL = 1 << 20;

    /**
     * A body that stalls may lose its memory to another body after half a second. If no other body needs the memory, it is given up only
     * after two minutes.
     */
    private static final HttpLimits LIMITS = new HttpLimits(
            10_000, 20_000, 600_000, 120_000, 240_000, 1, 64 << 10, 500, 10_000, 256 << 10, 100, 2, 8 << 20);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final BlockingQueue<Promise<Integer>> inUse = new ArrayBlockingQueue<>(100);
    private final List<Socket> sockets = new ArrayList<>();
    private URI base = URI.create("http://localhost");

    @BeforeEach
    void start() throws Exception {
        var settings = new HttpSettings("127.0.0.1", 0, List.of(), LIMITS);
        var service = new HttpService(vertx, "test", settings, new Health(metrics), metrics, false);
        service.router().post("/counted").handler(context -> service.bodies()
                .parse(context.request(), MAX_BODY, (body, memory) -> body.length, Future::succeededFuture)
                .onSuccess(context::json)
                .onFailure(context::fail));
        service.router().post("/kept").handler(context -> service.bodies()
                .parse(context.request(), MAX_BODY, (body, memory) -> body.length, this::use)
                .onSuccess(context::json)
                .onFailure(context::fail));
        base = service.listen().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Future<Integer> use(Integer length) {
        Promise<Integer> use = Promise.promise();
        inUse.add(use);
        return use.future();
    }

    /** Sends the first {@code sent} bytes of a body and then nothing more. */
    private Socket begin(int announced, int sent) throws IOException {
        var socket = new Socket("127.0.0.1", base.getPort());
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("POST /counted HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + announced
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[sent]);
        return socket;
    }

    private CompletableFuture<HttpResponse<String>> post(String path, int length) {
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .POST(BodyPublishers.ofByteArray(new byte[length]))
                        .build(),
                BodyHandlers.ofString());
    }

    private int status(int length) throws Exception {
        return post("/counted", length).get(60, TimeUnit.SECONDS).statusCode();
    }

    private void awaitUsed(long bytes) {
        await("so many bytes have come")
                .atMost(Duration.ofSeconds(60))
                .until(() -> metrics.get("places.used")
                                .tag("name", "test-bodies")
                                .gauge()
                                .value()
                        == bytes);
    }

    @Test
    void whatIsAnnouncedAndDoesNotComeTakesNoMemory() throws Exception {
        for (int i = 0; i < 20; i++) {
            begin(MAX_BODY, 1_000);
        }

        assertThat(status(LARGE)).isEqualTo(200);
    }

    @Test
    void aBodyThatStoppedComingGivesWayAndItsSenderIsToldWhy() throws Exception {
        Socket stopped = begin(MAX_BODY, 5 << 20);
        awaitUsed(5 << 20);

        await("the other one gets its room").atMost(Duration.ofSeconds(60)).until(() -> status(LARGE) == 200);

        String answer = new String(stopped.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).startsWith("HTTP/1.1 503").contains("/displaced").containsIgnoringCase("retry-after");
        awaitUsed(0);
    }

    @Test
    void smallBodiesHaveRoomWhenLargeOnesHaveNoneLeft() throws Exception {
        var kept = post("/kept", MAX_BODY);
        Promise<Integer> use = inUse.poll(60, TimeUnit.SECONDS);
        assertThat(use).isNotNull();

        int large = status(SMALL + 1);
        int small = status(SMALL);

        assertThat(large).isEqualTo(503);
        assertThat(small).isEqualTo(200);
        use.complete(1);
        assertThat(kept.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(status(SMALL + 1)).isEqualTo(200);
    }
}
