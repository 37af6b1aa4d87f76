package dev.millrace.scheduler.service.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final byte[] DOCUMENT = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.of(DOCUMENT);
    private static final Digest OTHER = Digest.of("[]".getBytes(StandardCharsets.UTF_8));

    private final HttpServer server;
    private final BlobClient blobs;
    private final Documents documents;
    private volatile String state = "intact";
    private volatile boolean isCut = true;
    private volatile boolean isWell = true;
    private long nanos;

    DocumentsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/blobs/", this::answer);
        server.start();
        blobs = new BlobClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                ClientDeadlines.ofDocuments(Duration.ofSeconds(10)));
        documents = new Documents(blobs, () -> isWell, Duration.ofMinutes(10), () -> nanos);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Answers as the artifact service does, which cuts off an answer when it finds that the content it sends is damaged. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean isCheck = exchange.getRequestURI().getPath().endsWith("/check");
            if (isCheck && state.equals("?")) {
                exchange.sendResponseHeaders(500, -1);
            } else if (isCheck) {
                byte[] answer = ("{\"state\": \"" + state + "\", \"size\": 2, \"hash\": \"00\"}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            } else {
                exchange.sendResponseHeaders(200, isCut ? 100 : DOCUMENT.length);
                exchange.getResponseBody().write(DOCUMENT);
            }
        }
    }

    @Test
    void inDocumentThatIsDamagedWhereItIsStoredShouldSaySoAtOnce() {
        state = "corrupt";

        assertThatThrownBy(() -> documents.get(DIGEST)).isInstanceOf(CorruptBlobException.class);
    }

    @Test
    void inDocumentThatIsGoneShouldSaySoAtOnce() {
        state = "missing";

        assertThatThrownBy(() -> documents.get(DIGEST)).isInstanceOf(BlobNotFoundException.class);
    }

    private void failFor(Duration time, Digest digest) {
        for (long passed = 0; passed < time.toSeconds(); passed += 30) {
            assertThatThrownBy(() -> documents.get(digest)).isNotInstanceOf(CorruptBlobException.class);
            nanos += TimeUnit.SECONDS.toNanos(30);
        }
    }

    @Test
    void inDocumentThatCannotBeReadWhileTheServiceIsWellShouldGiveItUpInTheEnd() throws IOException {
        state = "?";
        failFor(Duration.ofMinutes(10), DIGEST);
        assertThatThrownBy(() -> documents.get(DIGEST))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("cannot be read, although the artifact service is well");

        isCut = false;
        assertThat(documents.get(DIGEST)).isEqualTo(DOCUMENT);
        isCut = true;
        assertThatThrownBy(() -> documents.get(DIGEST))
                .as("the patience begins anew")
                .isNotInstanceOf(CorruptBlobException.class);
    }

    @Test
    void inDocumentThatIsIntactWhereItIsStoredShouldNeverGiveItUp() {
        failFor(Duration.ofMinutes(60), DIGEST);
    }

    @Test
    void inServiceThatIsNotWellShouldGiveNothingUpAndGoOnAfterwards() {
        state = "?";
        failFor(Duration.ofMinutes(9), DIGEST);
        isWell = false;
        failFor(Duration.ofMinutes(60), DIGEST);
        assertThatThrownBy(() -> new Documents(blobs, () -> false, Duration.ZERO).get(DIGEST))
                .as("however short the patience is")
                .isNotInstanceOf(CorruptBlobException.class);
        isWell = true;
        failFor(Duration.ofSeconds(30), DIGEST);
        nanos += TimeUnit.SECONDS.toNanos(30);
        assertThatThrownBy(() -> documents.get(DIGEST)).isInstanceOf(CorruptBlobException.class);
    }

    @Test
    void inTryAfterALongTimeShouldNotCountTheTimeBetween() {
        state = "?";
        failFor(Duration.ofSeconds(30), DIGEST);
        nanos += TimeUnit.MINUTES.toNanos(15);

        assertThatThrownBy(() -> documents.get(DIGEST)).isNotInstanceOf(CorruptBlobException.class);
    }

    @Test
    void inSeveralDocumentsThatCannotBeReadShouldGiveAllOfThemUpTogether() {
        state = "?";
        for (int i = 0; i <= 20; i++) {
            var first = catchThrowable(() -> documents.get(DIGEST));
            if (!(first instanceof CorruptBlobException)) {
                documents.look(List.of(OTHER));
            }
            nanos += TimeUnit.SECONDS.toNanos(30);
        }

        assertThatThrownBy(() -> documents.get(DIGEST)).isInstanceOf(CorruptBlobException.class);
        nanos += TimeUnit.MINUTES.toNanos(2);
        assertThatThrownBy(() -> documents.get(OTHER)).isInstanceOf(CorruptBlobException.class);
        nanos += TimeUnit.MINUTES.toNanos(17);
        assertThatThrownBy(() -> documents.get(DIGEST))
                .as("as long as it is asked for")
                .isInstanceOf(CorruptBlobException.class);
    }
}
