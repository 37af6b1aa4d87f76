package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.platform.blob.RangeStream;
import dev.millrace.platform.work.Bulkhead;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PacedSenderTest {
    private static final int READERS = 20;
    private static final long LARGE = 64L << 20;
    /** With these limits, no reader is slow enough to lose its place to another one. */
    private static final HttpLimits LIMITS = new HttpLimits(
            10_000, 60_000, 60_000, 10_000, 10_000, 1, 64 << 10, 60_000, 2_000, 64 << 10, 100, 2, 1 << 20);

    /**
     * With these limits, a reader may take two minutes for a piece. If another reader needs a place, a reader loses its own after half a
     * second without a piece.
     */
    private static final HttpLimits FEW_PLACES = new HttpLimits(
            10_000, 60_000, 60_000, 10_000, 10_000, 1, 64 << 10, 500, 120_000, 64 << 10, 100, 2, 1 << 20);

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger open = new AtomicInteger();
    private int port;

    @BeforeEach
    void start() throws Exception {
        var settings = new HttpSettings("127.0.0.1", 0, List.of(), LIMITS);
        var http = new HttpService(vertx, "test", settings, new Health(metrics), metrics, false);
        // All readers share one thread. A reader that blocked the thread would delay all others.
        var reads = new Bulkhead(vertx, metrics, "reads", new Bulkhead.Limits(1, 100, Duration.ofHours(1)));
        var sender = new PacedSender(vertx, reads, "test", LIMITS, READERS + 1, metrics);
        http.router().get("/bytes/:count").handler(context -> sendZeros(sender, context));
        var few = new PacedSender(vertx, reads, "few", FEW_PLACES, 2, metrics);
        http.router().get("/few/:count").handler(context -> sendZeros(few, context));
        // Sends the last byte of a stream, for which all other bytes must be read first.
        http.router().get("/last-of/:count").handler(context -> {
            long size = Long.parseLong(context.pathParam("count"));
            context.response().setChunked(true);
            sender.send(
                            context.response(),
                            () -> new PacedSender.Content(
                                    new RangeStream(opened(), new ByteRange(size - 1, 1, size)), 1))
                    .onFailure(context::fail);
        });
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

    private static void sendZeros(PacedSender sender, RoutingContext context) {
        context.response().setChunked(true);
        sender.send(
                        context.response(),
                        () -> new PacedSender.Content(
                                PieceSource.of(zeros()), Long.parseLong(context.pathParam("count"))))
                .onFailure(context::fail);
    }

    private static InputStream zeros() {
        return new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return length;
            }
        };
    }

    /** Returns a stream of zeros, and counts in {@code open} how many such streams are open. */
    private InputStream opened() {
        open.incrementAndGet();
        return new FilterInputStream(zeros()) {
            @Override
            public void close() {
                open.decrementAndGet();
            }
        };
    }

    private Socket ask(long bytes) throws IOException {
        return ask("/bytes/" + bytes);
    }

    private Socket ask(String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(64 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private double reading(String what) {
        return metrics.get("bulkhead." + what).gauge().value();
    }

    private double dropped(String service) {
        return metrics.get("http.readers.dropped")
                .tag("service", service)
                .counter()
                .count();
    }

    @Test
    void readersThatDoNotReadCostNobodyAnythingAndAreDropped() throws Exception {
        var silent = new ArrayList<Socket>();
        for (int i = 0; i < READERS; i++) {
            silent.add(ask(LARGE));
        }

        long before;
        try (Socket honest = ask(1_000_000)) {
            int got = honest.getInputStream().readAllBytes().length;
            before = (long) dropped("test");

            assertThat(got).isGreaterThan(1_000_000);
        }

        // The honest reader was served before all silent readers had been dropped.
        assertThat(before).isLessThan(READERS);
        // A silent reader that read anything would become an honest one. Therefore the test first waits for the metric
        // and reads only
        // afterwards.
        await("all silent readers are dropped").atMost(Duration.ofMinutes(2)).until(() -> dropped("test") == READERS);
        for (Socket socket : silent) {
            long got = takenOf(socket);
            // A silent reader gets only the first piece of 1 MiB and what the buffers hold.
            assertThat(got).isLessThan(2L << 20);
        }
    }

    @Test
    void readersOfLittleOutOfVeryMuchTakeTurnsWithTheOthersAndStopWhenTheyAreGone() throws Exception {
        var greedy = new ArrayList<Socket>();
        for (int i = 0; i < READERS; i++) {
            greedy.add(ask("/last-of/" + Long.MAX_VALUE));
        }
        await("all of them are being read").atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(open)
                .hasValue(READERS));

        try (Socket honest = ask(1_000_000)) {
            int got = honest.getInputStream().readAllBytes().length;

            assertThat(got).isGreaterThan(1_000_000);
        }

        assertThat(open).as("those still being read").hasValue(READERS);
        for (Socket socket : greedy) {
            socket.close();
        }
        await("nothing is read for those who are gone")
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(open.get() + reading("active") + reading("waiting"))
                        .isZero());
    }

    @Test
    void aReaderThatTakesTooLittleLosesItsPlaceWhenAnotherNeedsIt() throws Exception {
        Socket first = ask("/few/" + LARGE);
        Socket second = ask("/few/" + LARGE);
        for (Socket socket : List.of(first, second)) {
            assertThat(socket.getInputStream().read()).isPositive();
        }

        await("another reader is served")
                .atMost(Duration.ofMinutes(1))
                .until(() -> takenOf(ask("/few/1000000")) > 1_000_000);

        assertThat(dropped("few")).isEqualTo(1);
        assertThat(List.of(takenOf(first), takenOf(second)))
                .as("one was cut")
                .filteredOn(taken -> taken < LARGE)
                .hasSize(1);
    }

    /** Reads until the connection ends, regularly or not, and returns the number of bytes. */
    private static long takenOf(Socket socket) {
        long taken = 0;
        try (socket) {
            var in = socket.getInputStream();
            byte[] chunk = new byte[1 << 16];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                taken += read;
            }
        } catch (IOException e) {
            // The connection was cut in the middle of the response.
        }
        return taken;
    }

    @Test
    void moreReadersThanThereMayBeAreAskedToComeAgain() throws Exception {
        var silent = new ArrayList<Socket>();
        for (int i = 0; i <= READERS; i++) {
            Socket socket = ask(LARGE);
            silent.add(socket);
            assertThat(socket.getInputStream().read()).isPositive();
        }
        try (Socket refused = ask(10)) {
            String answer = new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 503")
                    .contains("too-many-readers")
                    .containsIgnoringCase("retry-after");
        }
        for (Socket socket : silent) {
            socket.close();
        }
    }
}
