package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import dev.millrace.schemas.blob.Digest;
import io.vertx.core.http.HttpMethod;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the artifact service with an S3 that stores small blobs at once and never finishes storing large ones. */
class DecodingTurnsTest {
    private static final int LARGE = 20 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<CompletableFuture<HttpResponse<Void>>> waiting = new ArrayList<>();
    private @Nullable FakeS3 s3;

    @TempDir
    Path directory = Path.of("unset");

    @BeforeEach
    void start() throws Exception {
        s3 = new FakeS3(
                directory,
                request -> request.body().onSuccess(body -> {
                    boolean isThere = !request.path().contains("/blobs/")
                            || !request.method().equals(HttpMethod.HEAD);
                    if (body.length() < LARGE) {
                        request.response()
                                .setStatusCode(isThere ? 200 : 404)
                                .putHeader("ETag", "x")
                                .end();
                    }
                }),
                Map.of(
                        "artifacts.ioThreads", "1",
                        "artifacts.minFreeBytes", "0",
                        "artifacts.s3StallMs", "600000",
                        "artifacts.s3DeadlineMs", "600000"));
    }

    private FakeS3 s3() {
        return Objects.requireNonNull(s3);
    }

    @AfterEach
    void stop() throws Exception {
        waiting.forEach(it -> it.cancel(true));
        s3().stop();
    }

    private CompletableFuture<HttpResponse<Void>> upload(byte[] content, boolean compressed) {
        var request = HttpRequest.newBuilder(s3().base().resolve("/v1/blobs/" + Digest.of(content)))
                .timeout(Duration.ofSeconds(60))
                .PUT(BodyPublishers.ofByteArray(compressed ? Zstd.compress(content) : content));
        if (compressed) {
            request.header("Content-Encoding", "zstd");
        }
        return http.sendAsync(request.build(), BodyHandlers.discarding());
    }

    private static byte[] text(String of, int bytes) {
        // The text compresses well, but stays below the highest ratio that the service accepts, which is 1,000.
        var text = new StringBuilder(bytes + 64);
        for (int i = 0; text.length() < bytes; i++) {
            text.append(of).append(Integer.toHexString(i * 0x9E3779B1)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private double gauge(String name) {
        return s3().gauge("bulkhead." + name, "artifact-large-decodes");
    }

    @Test
    void largeCompressedBodiesHoldUpNeitherSmallOnesNorPlainOnes() throws Exception {
        for (int i = 0; i < 8; i++) {
            waiting.add(upload(text("large " + i, LARGE), true));
        }
        await("the large ones wait for each other")
                .atMost(Duration.ofSeconds(60))
                .until(() -> gauge("active") == 4 && gauge("waiting") == 4);

        assertThat(upload(text("small", 1 << 20), true)
                        .get(30, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(201);
        assertThat(upload(text("plain", 1 << 19), false)
                        .get(30, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(201);
        assertThat(upload(text("plain", 1 << 21), false)
                        .get(30, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(201);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void aBodyThatIsRefusedForGoodIsNotKept() throws Exception {
        byte[] content = text("other", LARGE);
        var request = HttpRequest.newBuilder(s3().base().resolve("/v1/blobs/" + Digest.of(new byte[] {1})))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Encoding", "zstd")
                .header("Upload-Offset", "0")
                .PUT(BodyPublishers.ofByteArray(Zstd.compress(content)))
                .build();

        assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(422);

        await("nothing of it is left").atMost(Duration.ofSeconds(30)).until(() -> {
            try (var left = java.nio.file.Files.list(directory.resolve("uploads"))) {
                return left.findAny().isEmpty();
            }
        });
    }
}
