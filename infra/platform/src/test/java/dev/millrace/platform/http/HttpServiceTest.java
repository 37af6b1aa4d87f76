package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.RequestThrottlingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real server with short limits. Most tests write raw bytes to its sockets. */
@Tag("P6")
class HttpServiceTest {
    private static final HttpLimits LIMITS =
            new HttpLimits(1_000, 2_000, 60_000, 500, 5_000, 1_024, 64 << 10, 1_000, 1_000, 256 << 10, 100, 2, 1 << 20);

    private static final Vertx VERTX = Vertx.vertx();
    private static final PrometheusMeterRegistry METRICS = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private static final int HUGE = 4 << 20;
    private static final AtomicInteger LARGE_ANSWERS = new AtomicInteger();
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        var settings = new HttpSettings("127.0.0.1", 0, List.of("millrace.example"), LIMITS);
        var http = new HttpService(VERTX, "test", settings, new Health(METRICS), METRICS, false);
        http.router().get("/things/:name").handler(context -> context.json(context.pathParam("name")));
        http.router().get("/sockets").handler(context -> {
            context.request().pause();
            http.upgrade(context.request(), socket -> {
                        socket.writeTextMessage("hello");
                        return () -> {};
                    })
                    .onFailure(context::fail);
        });
        http.router().get("/broken").handler(context -> {
            throw new IllegalStateException("a bug");
        });
        http.router().get("/busy").handler(context -> context.fail(new RequestThrottlingException("too many")));
        http.router().get("/large").handler(context -> {
            LARGE_ANSWERS.incrementAndGet();
            context.end("x".repeat(64 << 10));
        });
        http.router()
                .get("/huge")
                .handler(context -> LargeAnswers.send(context, "x".repeat(HUGE).getBytes(StandardCharsets.US_ASCII)));
        http.router().post("/bodies").handler(context -> http.bodies()
                .parse(context.request(), 10_000, (body, memory) -> body.length, Future::succeededFuture)
                .onSuccess(context::json)
                .onFailure(context::fail));
        port = http.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .getPort();
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Sends a request, and returns everything that the server sends until it closes the connection. */
    private static String said(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String request(String line, String... headers) {
        return line + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n";
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    private static void assertProblem(String answer, int status, String kind) throws IOException {
        // If a request cannot be parsed, its version is unknown, and the server responds as HTTP/1.0.
        assertThat(answer).startsWith("HTTP/1.").contains(" " + status + " ");
        assertThat(answer.toLowerCase(Locale.ROOT)).contains("content-type: application/problem+json");
        JsonNode problem = Json.MAPPER.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(problem.path("type").asText()).endsWith("/" + kind);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText()).isNotEmpty();
        assertThat(problem.path("requestId").asText()).isNotEmpty().isNotEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, , 200",
        "localhost:1234, , 200",
        "[::1]:80, , 200",
        "LOCALHOST, http://localhost, 200",
        "millrace.example, https://millrace.example, 200",
        "evil.example, , 421",
        "127.0.0.1.evil.example, , 421",
        "localhost, http://evil.example, 403",
        "localhost, http://localhost:3000, 403",
        "localhost, null, 403",
        "local host, , 400",
        "user@localhost, , 400",
    })
    void answersOnlyWhoCallsItByItsNamesFromItsOwnPages(String host, String origin, int status) throws Exception {
        for (String path : new String[] {"/things/a", "/health/live", "/metrics"}) {
            String answer = said(
                    origin == null
                            ? request("GET " + path, "Host: " + host)
                            : request("GET " + path, "Host: " + host, "Origin: " + origin));

            assertThat(status(answer)).as("%s %s %s", path, host, origin).isEqualTo(status);
        }
    }

    @Test
    void refusesAWebSocketFromAForeignPage() throws Exception {
        String answer = said(request(
                "GET /things/a",
                "Host: localhost",
                "Origin: http://evil.example",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));

        assertProblem(answer, 403, "foreign-origin");
    }

    @Test
    void aWebSocketThatIsClosedIsNoOpenConnectionAnyMore() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream()
                        .write(String.join(
                                        "\r\n",
                                        "GET /sockets HTTP/1.1",
                                        "Host: localhost",
                                        "Connection: Upgrade",
                                        "Upgrade: websocket",
                                        "Sec-WebSocket-Version: 13",
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 101");
            }
        }

        await("the server knows that they are closed")
                .atMost(Duration.ofSeconds(30))
                .until(() -> METRICS.get("http.connections").gauge().value() == 0);
    }

    @Test
    void refusesARequestWithoutOrWithTwoHosts() throws Exception {
        assertProblem(said("GET /things/a HTTP/1.1\r\nConnection: close\r\n\r\n"), 400, "bad-host");
        assertProblem(said(request("GET /things/a", "Host: localhost", "Host: localhost")), 400, "bad-host");
    }

    @Test
    void answersWithAProblemToWhatReachesNoRoute() throws Exception {
        String host = "Host: localhost";
        assertProblem(said(request("GET /" + "x".repeat(9_000), host)), 414, "uri-too-long");
        assertProblem(said(request("GET /", host, "X: " + "x".repeat(9_000))), 431, "header-too-large");
        assertProblem(said(request("POST /bodies", host, "Content-Length: many")), 400, "bad-request");
        assertProblem(said(request("POST /bodies", host, "Content-Length: -1")), 400, "bad-request");
        assertProblem(said("nonsense\r\n\r\n"), 400, "bad-request");
        assertProblem(said(request("GET http://evil.example/", host)), 400, "bad-target");
        assertProblem(said(request("GET /nothing", host)), 404, "not-found");
        assertProblem(said(request("PUT /things/a", host)), 405, "method-not-allowed");
    }

    @Test
    void refusesTargetsThatCannotBeDecoded() throws Exception {
        for (String target :
                new String[] {"/things/%zz", "/things/%", "/things/a?x=%zz", "/things/%ff", "/things/%2"}) {
            assertProblem(said(request("GET " + target, "Host: localhost")), 400, "bad-target");
        }
    }

    @Test
    void saysNothingOfABugButWhereToFindIt() throws Exception {
        String answer = said(request("GET /broken", "Host: localhost"));

        assertProblem(answer, 500, "internal");
        assertThat(answer).doesNotContain("a bug").doesNotContain("Exception");
    }

    @Test
    void dropsAClientThatAsksAndDoesNotRead() throws Exception {
        int before = LARGE_ANSWERS.get();
        int requests = 1_000;
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setReceiveBufferSize(64 << 10);
            String one = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
            try {
                socket.getOutputStream().write(one.repeat(requests).getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // The server dropped the connection before all requests were sent.
            }
            await("it is dropped")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> METRICS.get("http.connections").gauge().value() == 0);
        }

        assertThat(LARGE_ANSWERS.get() - before)
                .as("what the buffers of the system take, and little more")
                .isBetween(1, 200);
    }

    /** The client takes more than one piece in each second. A reader that took more than a second for a piece would be dropped. */
    @Test
    void sendsAllOfALargeAnswerToAClientThatTakesItSlowly() throws Exception {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(64 << 10);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.getOutputStream()
                    .write(request("GET /huge", "Host: localhost").getBytes(StandardCharsets.ISO_8859_1));
            var in = socket.getInputStream();
            var buffer = new byte[128 << 10];
            long taken = 0;
            for (int read = in.readNBytes(buffer, 0, buffer.length); read > 0; read = in.readNBytes(buffer, 0, read)) {
                taken += read;
                // The sleep sets the pace that is tested. It does not wait for an event.
                TimeUnit.MILLISECONDS.sleep(250);
            }

            assertThat(taken).isGreaterThan(HUGE);
        }
    }

    /** There are places for two large answers. A client that takes no byte for a second loses its place to another one. */
    @Test
    void givesThePlacesOfClientsThatDoNotReadToOthers() throws Exception {
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < LIMITS.maxLargeAnswers(); i++) {
                var socket = new Socket("127.0.0.1", port);
                idle.add(socket);
                socket.getOutputStream()
                        .write("GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            await("they have the places")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> METRICS.get("places.used")
                                    .tag("name", "test-answers")
                                    .gauge()
                                    .value()
                            == LIMITS.maxLargeAnswers());

            await("another one gets its answer")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> said(request("GET /huge", "Host: localhost")).length() > HUGE);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void answersAllRequestsThatComeAtOnceFromAClientThatReads() throws Exception {
        int requests = 200;
        String one = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";

        String answers = said(one.repeat(requests) + request("GET /things/end", "Host: localhost"));

        assertThat(answers).endsWith("\"end\"");
        assertThat(answers.length()).isGreaterThan(requests * (64 << 10));
    }

    @Test
    void asksToTryAgainWhenADatabaseTakesNoMoreRequests() throws Exception {
        assertProblem(said(request("GET /busy", "Host: localhost")), 503, "unavailable");
    }

    @Test
    void refusesBodiesThatAreTooLargeOrEncoded() throws Exception {
        String host = "Host: localhost";
        assertThat(said(request("POST /bodies", host, "Content-Length: 3") + "abc"))
                .endsWith("3");
        assertProblem(said(request("POST /bodies", host, "Content-Length: 10001")), 413, "body-too-large");
        String chunked = "2711\r\n" + "x".repeat(10_001) + "\r\n0\r\n\r\n";
        assertProblem(
                said(request("POST /bodies", host, "Transfer-Encoding: chunked") + chunked), 413, "body-too-large");
        assertProblem(
                said(request("POST /bodies", host, "Content-Encoding: gzip", "Content-Length: 0")),
                415,
                "unknown-encoding");
    }

    @Test
    void givesUpABodyThatDoesNotCome() throws Exception {
        String announced = request("POST /bodies", "Host: localhost", "Content-Length: 5000");

        assertProblem(said(announced + "abc"), 408, "slow-body");
    }

    @Test
    void givesUpABodyThatComesByteByByte() throws Exception {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            var out = socket.getOutputStream();
            out.write(request("POST /bodies", "Host: localhost", "Content-Length: 5000")
                    .getBytes(StandardCharsets.ISO_8859_1));
            var in = socket.getInputStream();
            while (in.available() == 0) {
                out.write('x');
                // The sleep sets the pace that is tested: at most 50 bytes a second, where 1,024 are required. It does
                // not wait for an
                // event.
                TimeUnit.MILLISECONDS.sleep(20);
            }

            assertProblem(new String(in.readAllBytes(), StandardCharsets.UTF_8), 408, "slow-body");
        }
    }

    @Test
    void closesAConnectionWhoseHeadDoesNotCome() throws Exception {
        assertThat(said("GET /things/a HTTP/1.1\r\nHost: loc")).isEmpty();
        assertThat(said("")).isEmpty();
    }

    @Test
    void servesOnAConnectionAgainAfterAProblem() throws Exception {
        String answers = said(
                "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("GET /things/again", "Host: localhost"));

        assertThat(answers).startsWith("HTTP/1.1 404").contains("HTTP/1.1 200").endsWith("\"again\"");
    }
}
