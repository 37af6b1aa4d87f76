package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.blob.Digest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the artifact service with an S3 that has a small blob, and a huge blob that it sends for as long as anybody reads. */
class ChecksTest {
    private static final int CHECKS = 12;
    private static final long HUGE = 1L << 50;
    private static final byte[] SMALL = "small".getBytes(StandardCharsets.UTF_8);
    private static final Digest SMALL_DIGEST = Digest.of(SMALL);
    private static final Digest HUGE_DIGEST = Digest.of(new byte[] {1});
    private static final Buffer ZEROS = Buffer.buffer(new byte[64 << 10]);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> clients = new ArrayList<>();
    /** How many responses with the huge blob S3 is sending. */
    private final AtomicInteger sending = new AtomicInteger();

    private @Nullable FakeS3 s3;

    @TempDir
    Path directory = Path.of("unset");

    @BeforeEach
    void start() throws Exception {
        s3 = new FakeS3(
                directory,
                this::answer,
                Map.of(
                        "artifacts.ioThreads", "1",
                        "artifacts.maxWaiting", "1",
                        "artifacts.maxChecks", Integer.toString(CHECKS)));
    }

    private FakeS3 s3() {
        return Objects.requireNonNull(s3);
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        s3().stop();
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        boolean huge = request.path().endsWith(HUGE_DIGEST.hex());
        response.putHeader("Content-Length", Long.toString(huge ? HUGE : SMALL.length))
                .putHeader("ETag", "\"1\"")
                .putHeader("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT");
        if (request.method().name().equals("HEAD") || !request.path().contains("/blobs/")) {
            response.end();
        } else if (huge) {
            sending.incrementAndGet();
            response.closeHandler(closed -> sending.decrementAndGet());
            write(response);
        } else {
            response.end(Buffer.buffer(SMALL));
        }
    }

    private void write(HttpServerResponse response) {
        if (!response.closed()) {
            response.write(ZEROS).onSuccess(written -> Vertx.currentContext().runOnContext(next -> write(response)));
        }
    }

    private void ask(String path, String head) throws IOException {
        var client = new Socket();
        client.connect(new InetSocketAddress(s3().base().getHost(), s3().base().getPort()));
        client.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: " + s3().base().getAuthority() + "\r\n" + head + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        clients.add(client);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(s3().base().resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Returns how many calls of a pool are running or waiting in its queue. */
    private double taken(String pool) {
        return s3().gauge("bulkhead.active", pool) + s3().gauge("bulkhead.waiting", pool);
    }

    private void awaitIdle(String pool) {
        await("nothing is read for those who are gone")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(sending.get() + taken(pool)).isZero());
    }

    @Test
    void checksOfHugeBlobsLeaveDownloadsAloneAndTakeTurnsWithOtherChecks() throws Exception {
        for (int i = 0; i < CHECKS - 1; i++) {
            ask("/v1/blobs/" + HUGE_DIGEST + "/check", "");
        }
        await("they have all the threads there are")
                .atMost(Duration.ofSeconds(60))
                .until(() -> taken("artifact-s3-checks") >= 4);

        String download = get("/v1/blobs/" + SMALL_DIGEST).body();
        String check = get("/v1/blobs/" + SMALL_DIGEST + "/check").body();

        assertThat(download).isEqualTo("small");
        assertThat(check).contains("\"intact\"");
    }

    @Test
    void checksAreLimitedInNumberAndEndWithTheirClients() throws Exception {
        for (int i = 0; i < CHECKS; i++) {
            ask("/v1/blobs/" + HUGE_DIGEST + "/check", "");
        }

        await("one more is refused, since they are all under way")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> {
                    HttpResponse<String> more = get("/v1/blobs/" + SMALL_DIGEST + "/check");
                    assertThat(more.statusCode()).isEqualTo(503);
                    assertThat(more.body()).contains("too-many-checks");
                    assertThat(more.headers().firstValue("Retry-After")).isPresent();
                });
        for (Socket client : clients) {
            client.close();
        }

        awaitIdle("artifact-s3-checks");
        assertThat(get("/v1/blobs/" + SMALL_DIGEST + "/check").body()).contains("\"intact\"");
    }

    @Test
    void aByteOutOfHugeBlobsLeavesTurnsToOtherDownloadsAndEndsWithItsClient() throws Exception {
        for (int i = 0; i < CHECKS; i++) {
            ask("/v1/blobs/" + HUGE_DIGEST, "Range: bytes=0-0\r\n");
        }
        await("they have all the threads there are")
                .atMost(Duration.ofSeconds(60))
                .until(() -> taken("artifact-s3-reads") >= 4);

        String download = get("/v1/blobs/" + SMALL_DIGEST).body();

        assertThat(download).isEqualTo("small");
        for (Socket client : clients) {
            client.close();
        }
        awaitIdle("artifact-s3-reads");
    }
}
