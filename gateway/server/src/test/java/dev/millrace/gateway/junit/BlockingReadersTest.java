package dev.millrace.gateway.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.platform.work.Bulkhead;
import dev.millrace.platform.work.Places;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses a real server that has a single thread for writing to readers. */
class BlockingReadersTest {
    private static final int LARGE = 16 << 20;
    private static final int SMALL = 100_000;

    /**
     * A reader may take up to five minutes for a piece. If others wait for its place, it loses the place after half a second without
     * progress.
     */
    private static final HttpLimits LIMITS = new HttpLimits(
            10_000, 60_000, 600_000, 10_000, 10_000, 1, 64 << 10, 500, 300_000, 64 << 10, 100, 2, 1 << 20);

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private int port;

    @BeforeEach
    void start() throws Exception {
        var settings = new HttpSettings("127.0.0.1", 0, List.of(), LIMITS);
        var http = new HttpService(vertx, "test", settings, new Health(metrics), metrics, false);
        var threads = new Bulkhead(vertx, metrics, "writers", new Bulkhead.Limits(1, 10, Duration.ofHours(1)));
        var sender = new PacedSender(vertx, threads, "test", LIMITS, 1, metrics);
        var readers = new BlockingReaders(
                vertx,
                threads,
                new AsyncBulkhead(vertx, metrics, "turns", 1, 10),
                sender,
                new Places(metrics, "readers", 11, LIMITS.pace()));
        http.router().get("/zeros/:count").handler(context -> readers.serve(context, "owner", out -> {
                    context.response().setChunked(true);
                    zeros(out, Integer.parseInt(context.pathParam("count")));
                })
                .compose(done -> context.response().end())
                .onFailure(context::fail));
        port = http.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .getPort();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void zeros(OutputStream out, int count) throws IOException {
        byte[] piece = new byte[100_000];
        for (int left = count; left > 0; left -= piece.length) {
            out.write(piece, 0, Math.min(left, piece.length));
        }
    }

    private Socket ask(int bytes) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(64 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("GET /zeros/" + bytes + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aReaderThatTakesNothingLosesTheThreadThatAnotherWaitsFor() throws Exception {
        try (Socket silent = ask(LARGE)) {
            assertThat(silent.getInputStream().read()).isPositive();

            long got;
            try (Socket next = ask(SMALL)) {
                got = next.getInputStream().readAllBytes().length;
            }

            assertThat(got).isGreaterThan(SMALL);
        }
    }

    @Test
    void aReaderThatNobodyWaitsBehindIsServedWhole() throws Exception {
        try (Socket reader = ask(LARGE)) {
            long got = reader.getInputStream().transferTo(OutputStream.nullOutputStream());

            assertThat(got).isGreaterThan(LARGE);
        }
    }
}
