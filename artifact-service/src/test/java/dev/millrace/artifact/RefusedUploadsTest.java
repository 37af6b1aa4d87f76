package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.blob.Digest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the artifact service with an S3 that has its bucket but never answers requests for blobs. The service accepts only few uploads and
 * has short queues.
 */
class RefusedUploadsTest {
    private static final int UPLOADS = 2;
    private static final int LARGE = 2 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<CompletableFuture<HttpResponse<Void>>> waiting = new ArrayList<>();
    private @Nullable FakeS3 s3;

    @TempDir
    Path directory = Path.of("unset");

    @BeforeEach
    void start() throws Exception {
        s3 = new FakeS3(
                directory,
                request -> {
                    if (!request.path().contains("/blobs/")) {
                        request.response().end();
                    }
                },
                Map.of(
                        "artifacts.ioThreads", "1",
                        "artifacts.maxWaiting", "1",
                        "artifacts.maxUploads", Integer.toString(UPLOADS),
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

    private HttpRequest.Builder upload(byte[] content, String path) {
        return HttpRequest.newBuilder(s3().base().resolve("/v1/blobs/" + Digest.of(content) + path))
                .timeout(Duration.ofSeconds(60));
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Uploads two blobs. The first occupies the only thread that stores blobs, the second the only place in the queue for this thread. */
    private void occupyStores() {
        for (String state : new String[] {"active", "waiting"}) {
            byte[] small = bytes(100, state.hashCode());
            waiting.add(http.sendAsync(
                    upload(small, "").PUT(BodyPublishers.ofByteArray(small)).build(), BodyHandlers.discarding()));
            await("a blob is " + state)
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> s3().gauge("bulkhead." + state, "artifact-s3-stores") == 1);
        }
    }

    private HttpResponse<String> refused(HttpRequest.Builder request, byte[] content) throws Exception {
        HttpResponse<String> answer =
                http.send(request.PUT(BodyPublishers.ofByteArray(content)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(503);
        return answer;
    }

    @Test
    void uploadsThatCannotBeStoredNowGiveTheirPlaceBack() throws Exception {
        occupyStores();

        for (int i = 0; i < 2 * UPLOADS + 1; i++) {
            byte[] content = bytes(LARGE, i);
            assertThat(refused(upload(content, ""), content).body()).contains("/saturated");
        }
        try (var left = Files.list(directory.resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anUploadThatCannotBeStoredNowIsKeptForWhoeverGoesOn() throws Exception {
        occupyStores();
        byte[] content = bytes(LARGE, 99);

        refused(upload(content, "").header("Upload-Offset", "0"), content);

        var offset = http.send(
                upload(content, "/upload")
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());
        assertThat(offset.headers().firstValueAsLong("Upload-Offset")).hasValue(LARGE);
    }
}
