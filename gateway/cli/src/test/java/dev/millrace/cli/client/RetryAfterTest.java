package dev.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses a server that first gives the refusals that a test has listed, and then answers normally. */
class RetryAfterTest {
    private record Refusal(int status, int retryAfterSeconds, String kind) {
        Refusal(int status, int retryAfterSeconds) {
            this(status, retryAfterSeconds, "saturated");
        }
    }

    private final Deque<Refusal> refusals = new ArrayDeque<>();
    private final List<String> notes = new ArrayList<>();
    private final HttpServer server;

    RetryAfterTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext("/v1/plans", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        Refusal refusal = refusals.poll();
        byte[] body = (refusal == null
                        ? "{}"
                        : "{\"detail\": \"refused\", \"type\": \"https://millrace.dev/problems/" + refusal.kind()
                                + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        if (refusal != null && refusal.retryAfterSeconds() > 0) {
            exchange.getResponseHeaders().add("Retry-After", Integer.toString(refusal.retryAfterSeconds()));
        }
        exchange.sendResponseHeaders(refusal == null ? 200 : refusal.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void preview() {
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        assertThat(new GatewayClient(base, notes::add).plan(new byte[0], Optional.empty()))
                .isEmpty();
    }

    @Test
    void comesAgainAndSaysOnceThatItWaits() {
        refusals.addAll(List.of(new Refusal(429, 2), new Refusal(429, 1), new Refusal(503, 1)));

        preview();

        assertThat(refusals).isEmpty();
        assertThat(notes).singleElement().asString().startsWith("waiting: this owner");
    }

    @Test
    void aShortWaitIsNotTold() {
        refusals.add(new Refusal(503, 1));

        preview();

        assertThat(notes).isEmpty();
    }

    @Test
    void whatIsAwayIsForTheCaller() {
        refusals.add(new Refusal(503, 2, "unavailable"));

        assertThatThrownBy(this::preview).isInstanceOfSatisfying(CliException.class, it -> assertThat(it.exitCode())
                .isEqualTo(ExitCode.INFRASTRUCTURE));
    }
}
