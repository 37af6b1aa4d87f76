package dev.millrace.platform.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.schemas.blob.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the client with a fake server that can misbehave in ways in which the artifact service never should. */
class BlobClientTest {
    private static final byte[] CONTENT = "what was stored".getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.of(CONTENT);

    private interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private volatile Answer answer = it -> {};
    private volatile byte[] received = new byte[0];
    private volatile List<String> made = List.of();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private BlobClient client;
    private Path directory;

    @BeforeEach
    void start(@TempDir Path files) throws IOException {
        directory = files;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", it -> answer.give(it));
        server.setExecutor(threads);
        server.start();
        client = clientThatWaits(Duration.ofSeconds(60));
    }

    /** @param stall how long the client waits without receiving a byte */
    private BlobClient clientThatWaits(Duration stall) {
        return new BlobClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                new ClientDeadlines(Duration.ofSeconds(60), Duration.ofSeconds(60), stall, Duration.ofSeconds(60)));
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void refusesBytesThatAreNotTheBlobs() throws IOException {
        answer = it -> answer(it, 200, "what was altered".getBytes(StandardCharsets.UTF_8));
        Path target = directory.resolve("target");

        assertThatThrownBy(() -> client.get(DIGEST)).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> client.open(DIGEST).readAllBytes()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> client.download(DIGEST, target)).isInstanceOf(CorruptBlobException.class);

        assertThat(files()).isEmpty();
    }

    @Test
    void doesNotWaitForBytesThatDoNotCome() {
        answer = it -> {
            it.sendResponseHeaders(200, CONTENT.length);
            it.getResponseBody().write(CONTENT, 0, 4);
            it.getResponseBody().flush();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };

        assertThatThrownBy(() -> clientThatWaits(Duration.ofMillis(300)).get(DIGEST))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing came");
    }

    @Test
    void doesNotTakeACutAnswerForAWholeOne() {
        answer = it -> {
            it.sendResponseHeaders(200, CONTENT.length);
            it.getResponseBody().write(CONTENT, 0, 4);
            it.getResponseBody().flush();
            server.stop(0);
        };

        assertThatThrownBy(() -> client.open(DIGEST).readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void triesAgainWhenTheServiceIsBusy() throws IOException {
        var asked = new AtomicInteger();
        answer = it -> answer(it, asked.incrementAndGet() < 3 ? 503 : 200, asked.get() < 3 ? new byte[0] : CONTENT);

        assertThat(client.get(DIGEST)).isEqualTo(CONTENT);
    }

    @Test
    void compressesWhatItSendsWithoutAFileOfItsOwn() throws IOException {
        byte[] dense = "the same again and again ".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(directory.resolve("dense"), dense);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        answer = it -> {
            received = it.getRequestBody().readAllBytes();
            try (Stream<Path> all = Files.list(temporary)) {
                made = all.map(Path::toString)
                        .filter(name -> name.contains("millrace-upload"))
                        .toList();
            }
            answer(it, 201, new byte[0]);
        };

        client.put(Digest.of(dense), file);

        assertThat(received.length).isLessThan(dense.length / 10);
        assertThat(new ZstdInputStream(new ByteArrayInputStream(received)).readAllBytes())
                .isEqualTo(dense);
        assertThat(made).isEmpty();
        assertThat(files()).containsExactly(file);
    }

    @Test
    void aCompressedUploadCanGoOnAnywhere() throws IOException {
        byte[] content = new byte[5 << 20];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) ((i * i) >> 7);
        }
        Path file = Files.write(directory.resolve("large"), content);
        byte[] whole = new CompressingStream(Files.newInputStream(file), Compression.LEVEL).readAllBytes();
        int there = whole.length / 2;
        answer = it -> {
            if (it.getRequestMethod().equals("HEAD")) {
                it.getResponseHeaders().add("Upload-Offset", Integer.toString(there));
                answer(it, 200, new byte[0]);
            } else {
                received = it.getRequestBody().readAllBytes();
                answer(it, 201, new byte[0]);
            }
        };

        client.put(Digest.of(content), file);

        assertThat(received).isEqualTo(java.util.Arrays.copyOfRange(whole, there, whole.length));
    }
}
