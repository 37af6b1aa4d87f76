package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.net.Socket;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the artifact service with two places for uploads, a spool of 8 MiB, and uploads that stall. An upload that is received completely
 * is refused because its hash is wrong, so nothing has to be stored in S3.
 */
class SlowUploadsTest {
    private static final int UPLOADS = 2;
    private static final int LARGE = 6 << 20;
    private static final int SOME = 100_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> sockets = new ArrayList<>();
    private @Nullable FakeS3 s3;

    @TempDir
    Path directory = Path.of("unset");

    @BeforeEach
    void start() throws Exception {
        s3 = new FakeS3(
                directory,
                request -> request.response().end(),
                Map.of(
                        "artifacts.maxUploads", Integer.toString(UPLOADS),
                        "artifacts.maxSpoolBytes", Integer.toString(8 << 20),
                        "artifacts.minFreeBytes", "0",
                        "artifacts.stallMs", "600000",
                        "artifacts.patienceMs", "500"));
    }

    private FakeS3 s3() {
        return Objects.requireNonNull(s3);
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        s3().stop();
    }

    private static Digest digest(String name) {
        return Digest.of(name.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends the first {@code sent} bytes of an upload and then nothing more. */
    private Socket begin(String name, int sent) throws IOException {
        var socket = new Socket("127.0.0.1", s3().base().getPort());
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("PUT /v1/blobs/" + digest(name) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                + "Upload-Offset: 0\r\nContent-Length: " + LARGE + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[sent]);
        return socket;
    }

    private void awaitUploads(int count) {
        await("so many uploads are under way")
                .atMost(Duration.ofSeconds(60))
                .until(() -> s3().gauge("places.used", "artifacts-uploads") == count);
    }

    private HttpResponse<String> put(int length) throws Exception {
        return http.send(
                HttpRequest.newBuilder(s3().base().resolve("/v1/blobs/" + digest("other")))
                        .timeout(Duration.ofSeconds(60))
                        .PUT(BodyPublishers.ofByteArray(new byte[length]))
                        .build(),
                BodyHandlers.ofString());
    }

    private void awaitReceived(int length) {
        await("another upload is received whole")
                .atMost(Duration.ofSeconds(60))
                .until(() -> put(length).body().contains("/hash-mismatch"));
    }

    private static void assertDisplaced(Socket socket) throws IOException {
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).startsWith("HTTP/1.1 503").contains("/displaced").containsIgnoringCase("retry-after");
    }

    @Test
    void anUploadThatStoppedComingGivesItsPlaceToAnotherAndCanBeGoneOnWith() throws Exception {
        Socket first = begin("first", SOME);
        awaitUploads(1);
        begin("second", SOME);
        awaitUploads(2);

        awaitReceived(2 << 20);

        assertDisplaced(first);
        var offset = http.send(
                HttpRequest.newBuilder(s3().base().resolve("/v1/blobs/" + digest("first") + "/upload"))
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());
        assertThat(offset.headers().firstValueAsLong("Upload-Offset").orElse(0)).isBetween(1L, (long) SOME);
    }

    @Test
    void anUploadThatStoppedComingGivesItsBytesToAnother() throws Exception {
        Socket first = begin("first", 5 << 20);
        awaitUploads(1);

        awaitReceived(LARGE);

        assertDisplaced(first);
    }
}
