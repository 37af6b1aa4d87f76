package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import dev.millrace.cli.spec.DigestCache;
import dev.millrace.cli.spec.LocalInputs;
import dev.millrace.cli.spec.Uploader;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.BlobState;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.InputMapping;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactServiceIT {
    private final URI service = SharedStack.get().platform().artifactService();
    private final BlobClient blobs = new BlobClient(service);
    private final HttpClient http = HttpClient.newHttpClient();

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Path file(String name, byte[] content) throws IOException {
        return Files.write(
                Files.createDirectories(SharedStack.SCRATCH.resolve("blobs")).resolve(name), content);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(service.resolve(path));
    }

    @Test
    void inBlobsOfAnySizeShouldGiveBackWhatWasPut() throws Exception {
        for (int size : new int[] {0, 1, 4_096, 1 << 20, (1 << 20) + 1, 20 << 20}) {
            byte[] content = bytes(size, size);
            Path file = file("b" + size, content);

            blobs.put(Digest.of(content), file);

            assertThat(blobs.get(Digest.of(content))).isEqualTo(content);
        }
    }

    @Test
    void inUploadThatIsCutShouldGoOnWhereItWasCut() throws Exception {
        byte[] content = bytes(6 << 20, 77);
        Digest digest = Digest.of(content);
        Path file = file("cut", content);
        int sent = 4 << 20;
        try (var socket = new Socket(service.getHost(), service.getPort())) {
            socket.getOutputStream()
                    .write(("PUT /v1/blobs/" + digest
                                    + " HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: 0\r\nContent-Length: "
                                    + content.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(content, 0, sent);
        }
        await("the service has noticed the end of the connection")
                .atMost(Duration.ofSeconds(20))
                .until(() -> offset(digest) > 0);
        var wrong = send(at("/v1/blobs/" + digest)
                .header("Upload-Offset", "17")
                .PUT(BodyPublishers.ofByteArray(content, 17, content.length - 17)));

        assertThat(offset(digest)).isLessThanOrEqualTo(sent);

        blobs.put(digest, file);

        assertThat(wrong.statusCode()).isEqualTo(409);
        assertThat(blobs.get(digest)).isEqualTo(content);
        assertThat(offset(digest)).isZero();
    }

    @Test
    void inConnectionThatIsCutTheClientShouldSendOnlyTheRest() throws Exception {
        byte[] content = bytes(16 << 20, 78);
        Digest digest = Digest.of(content);
        Path file = file("cut-again", content);
        try (var proxy = new CuttingProxy(service, 12 << 20)) {
            new BlobClient(proxy.address()).put(digest, file);

            assertThat(proxy.hasCut()).isTrue();
            assertThat(blobs.get(digest)).isEqualTo(content);
            // Had the client started again from the beginning, it would have sent 28 MiB.
            assertThat(proxy.sentBytes()).isLessThan(22L << 20);
        }
    }

    @Test
    void inWhatCanBeCompressedShouldTravelSo() throws Exception {
        var lines = new StringBuilder();
        for (int i = 0; i < 30_000; i++) {
            lines.append("the same again and again, ".repeat(8))
                    .append(System.nanoTime())
                    .append('\n');
        }
        byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
        byte[] small = ("something else " + System.nanoTime()).repeat(2_000).getBytes(StandardCharsets.UTF_8);
        Path file = file("dense", content);
        try (var proxy = new CuttingProxy(service, 0)) {
            var client = new BlobClient(proxy.address());
            client.put(Digest.of(content), file);
            client.putBatch(List.of(small));

            assertThat(proxy.sentBytes()).isLessThan(content.length / 10);
            assertThat(blobs.get(Digest.of(content))).isEqualTo(content);
            assertThat(blobs.get(Digest.of(small))).isEqualTo(small);
        }
    }

    @Test
    void inBodyThatDecodesToFarMoreThanItHasShouldRefuseAndTheClientShouldSendItAsItIs() throws Exception {
        byte[] zeros = new byte[8 << 20];
        zeros[0] = (byte) System.nanoTime();
        Digest digest = Digest.of(zeros);
        byte[] dense = Zstd.compress(zeros);

        var bomb = send(
                at("/v1/blobs/" + digest).header("Content-Encoding", "zstd").PUT(BodyPublishers.ofByteArray(dense)));
        var batch =
                send(at("/v1/blobs:batch").header("Content-Encoding", "zstd").POST(BodyPublishers.ofByteArray(dense)));
        blobs.put(digest, file("zeros", zeros));

        assertThat(bomb.statusCode()).isEqualTo(422);
        assertThat(new String(bomb.body(), StandardCharsets.UTF_8)).contains("/compression-ratio");
        assertThat(batch.statusCode()).isEqualTo(422);
        assertThat(blobs.get(digest)).isEqualTo(zeros);
    }

    /** The uploads together are larger than the memory of the embedded S3 server, so the server must not hold whole uploads in memory. */
    @Test
    void inManyLargeUploadsSideBySideShouldStoreThemAll() throws Exception {
        long seed = System.nanoTime();
        var files = new HashMap<Digest, Path>();
        for (int i = 0; i < 16; i++) {
            byte[] content = bytes(20 << 20, seed + i);
            files.put(Digest.of(content), file("large-" + i, content));
        }
        ExecutorService clients = Executors.newFixedThreadPool(files.size());
        try {
            var uploads = new ArrayList<Future<?>>();
            files.forEach((digest, file) -> uploads.add(clients.submit(() -> {
                blobs.put(digest, file);
                return digest;
            })));
            for (Future<?> upload : uploads) {
                upload.get(120, TimeUnit.SECONDS);
            }
        } finally {
            clients.shutdownNow();
        }

        for (Digest digest : files.keySet()) {
            assertThat(blobs.check(digest).condition()).isEqualTo(BlobState.Condition.INTACT);
        }
    }

    @Test
    void inDamagedCompressionShouldRefuseAndStoreNothing() throws Exception {
        byte[] content = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Digest digest = Digest.of(content);

        var damaged = send(
                at("/v1/blobs/" + digest).header("Content-Encoding", "zstd").PUT(BodyPublishers.ofByteArray(content)));
        var unknown = send(
                at("/v1/blobs/" + digest).header("Content-Encoding", "br").PUT(BodyPublishers.ofByteArray(content)));

        assertThat(damaged.statusCode()).isBetween(400, 499);
        assertThat(unknown.statusCode()).isEqualTo(415);
        assertThat(blobs.missing(List.of(digest))).containsExactly(digest);
    }

    @Test
    void inManyFilesShouldSendTheSmallOnesTogetherAndTheLargeOnesSideBySide(@TempDir Path directory) throws Exception {
        for (int i = 0; i < 300; i++) {
            Files.write(directory.resolve("small-" + i), bytes(500 + i, System.nanoTime()));
        }
        for (int i = 0; i < 6; i++) {
            Files.write(directory.resolve("large-" + i), bytes(2 << 20, System.nanoTime()));
        }
        var inputs = LocalInputs.collect(directory, List.of(new InputMapping(".", ".")));
        try (var proxy = new CuttingProxy(service, 0)) {
            var uploader = new Uploader(
                    new BlobClient(proxy.address()),
                    DigestCache.open(SharedStack.SCRATCH.resolve("digests"), Clock.systemUTC()));

            Uploader.Uploaded all = uploader.upload(inputs);
            long first = proxy.sentBytes();
            Files.write(directory.resolve("small-0"), bytes(700, System.nanoTime()));
            Uploader.Uploaded one =
                    uploader.upload(LocalInputs.collect(directory, List.of(new InputMapping(".", "."))));

            assertThat(all.sent()).isEqualTo(306);
            assertThat(proxy.requests("POST /v1/blobs:batch")).isEqualTo(2);
            assertThat(proxy.requests("PUT /v1/blobs/")).isEqualTo(6);
            assertThat(proxy.mostConnections()).isGreaterThan(2);
            assertThat(one.sent()).isEqualTo(1);
            assertThat(one.sentBytes()).isEqualTo(700);
            // The list of the 306 files is sent again, but it is small compared with their content.
            assertThat(proxy.sentBytes() - first).isLessThan(first / 50);
        }
    }

    private long offset(Digest digest) throws Exception {
        return send(at("/v1/blobs/" + digest + "/upload").method("HEAD", BodyPublishers.noBody()))
                .headers()
                .firstValueAsLong("Upload-Offset")
                .orElseThrow();
    }

    @Test
    void inMissingShouldNameExactlyWhatIsNotThere() throws Exception {
        Digest there = blobs.put(bytes(10, 1));
        Digest absent = Digest.of(bytes(10, 2));

        assertThat(blobs.missing(List.of(there, absent))).containsExactly(absent);
        assertThatThrownBy(() -> blobs.get(absent)).isInstanceOf(BlobNotFoundException.class);
    }

    @Test
    void inBatchShouldStoreEveryBlob() throws Exception {
        List<byte[]> contents = List.of(bytes(5, 11), bytes(500, 12), bytes(0, 13));

        blobs.putBatch(contents);

        assertThat(blobs.missing(contents.stream().map(Digest::of).toList())).isEmpty();
    }

    @Test
    void inBytesWithAnotherHashShouldRefuseAndStoreNothing() throws Exception {
        Digest announced = Digest.of(bytes(10, 21));

        var small = send(at("/v1/blobs/" + announced).PUT(BodyPublishers.ofByteArray(bytes(10, 22))));
        var large = send(at("/v1/blobs/" + announced).PUT(BodyPublishers.ofByteArray(bytes(3 << 20, 22))));

        assertThat(small.statusCode()).isEqualTo(422);
        assertThat(large.statusCode()).isEqualTo(422);
        assertThat(blobs.missing(List.of(announced))).containsExactly(announced);
    }

    @Test
    void inRangeShouldSendThatPart() throws Exception {
        byte[] content = bytes(1_000, 31);
        Digest digest = blobs.put(content);

        var part = send(at("/v1/blobs/" + digest).header("Range", "bytes=10-19").GET());
        var head = send(at("/v1/blobs/" + digest).method("HEAD", BodyPublishers.noBody()));
        var outside =
                send(at("/v1/blobs/" + digest).header("Range", "bytes=1000-").GET());

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(content, 10, 20));
        assertThat(head.headers().firstValue("Content-Length")).hasValue("1000");
        assertThat(outside.statusCode()).isEqualTo(416);
    }

    @Test
    void inTreesShouldAcceptGoodOnesAndRefuseUnsafeOrIncompleteOnes() throws Exception {
        Digest there = blobs.put(bytes(10, 41));
        var good = new Tree(List.of(new TreeEntry("a/b", there, 10, true)));
        var unsafe = new Tree(List.of(new TreeEntry("../b", there, 10, true)));
        var incomplete = new Tree(List.of(new TreeEntry("a", Digest.of(bytes(10, 42)), 10, false)));

        assertThat(blobs.getTree(blobs.putTree(good))).isEqualTo(good);
        assertThatThrownBy(() -> blobs.putTree(unsafe))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("422")
                .hasMessageContaining("'..'");
        assertThatThrownBy(() -> blobs.putTree(incomplete))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not stored");
    }

    @Test
    void inPresignedUrlShouldDownloadFromS3AsAnAttachment() throws Exception {
        byte[] content = "presigned".getBytes(StandardCharsets.UTF_8);
        Digest digest = blobs.put(content);
        String url = Json.MAPPER
                .readTree(send(at("/v1/blobs/" + digest + "/url").GET()).body())
                .path("url")
                .asText();

        var download = send(HttpRequest.newBuilder(URI.create(url)).GET());

        assertThat(url).startsWith(SharedStack.get().platform().servers().s3Endpoint());
        assertThat(download.statusCode()).isEqualTo(200);
        assertThat(download.body()).isEqualTo(content);
        assertThat(download.headers().firstValue("Content-Disposition")).hasValue("attachment");
    }

    @Test
    void inBadRequestsShouldAnswerWithProblems() throws Exception {
        assertThat(send(at("/v1/blobs/nonsense").GET()).statusCode()).isEqualTo(400);
        assertThat(send(at("/v1/blobs/" + Digest.of(bytes(3, 51))).GET()).statusCode())
                .isEqualTo(404);
        assertThat(send(at("/v1/blobs:missing").POST(BodyPublishers.ofString("{\"digests\":[\"x\"]}")))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(at("/v1/blobs:missing").POST(BodyPublishers.ofString("[")))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(at("/v1/blobs:batch").POST(BodyPublishers.ofString("nonsense")))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(at("/v1/trees").PUT(BodyPublishers.ofString("{\"entries\":[{}]}")))
                        .statusCode())
                .isIn(400, 422);
    }
}
