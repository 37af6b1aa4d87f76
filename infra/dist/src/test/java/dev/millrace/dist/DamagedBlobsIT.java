package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every reader of a blob gets an error if the blob is damaged, truncated or lost in S3. Storing the right bytes again repairs the blob. */
@Timeout(120)
class DamagedBlobsIT {
    private static final int SMALL = 10_000;
    private static final int LARGE = 3 << 20;

    private final URI service = SharedStack.get().platform().artifactService();
    private final BlobClient blobs = new BlobClient(service);
    private final HttpClient http = HttpClient.newHttpClient();

    private interface Damage {
        void to(StoredObject object) throws IOException;
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random().nextBytes(bytes);
        return bytes;
    }

    private HttpResponse<byte[]> get(Digest digest, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(service.resolve("/v1/blobs/" + digest)).timeout(Duration.ofSeconds(60));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private int put(byte[] content) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(service.resolve("/v1/blobs/" + Digest.of(content)))
                                .PUT(BodyPublishers.ofByteArray(content))
                                .build(),
                        BodyHandlers.ofByteArray())
                .statusCode();
    }

    private void isAnErrorToEveryReader(int size, Damage damage, Path directory) throws Exception {
        byte[] content = bytes(size);
        Digest digest = Digest.of(content);
        put(content);
        damage.to(StoredObject.of(digest));
        Path target = directory.resolve("target-" + size);

        assertThatThrownBy(() -> blobs.get(digest)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> blobs.download(digest, target)).isInstanceOf(IOException.class);
        assertThat(target).doesNotExist();
        if (size <= 1 << 20) {
            assertThat(get(digest).statusCode()).isEqualTo(502);
            assertThat(get(digest, "Range", "bytes=0-9").statusCode()).isEqualTo(502);
            assertThatThrownBy(() -> blobs.get(digest)).isInstanceOf(CorruptBlobException.class);
        } else {
            assertThatThrownBy(() -> get(digest)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(digest, "Range", "bytes=0-" + (size / 2 - 1)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(blobs.missing(List.of(digest)))
                .as("what is damaged is to be sent again")
                .containsExactly(digest);
    }

    @Test
    void aFlippedByteIsAnError(@TempDir Path directory) throws Exception {
        isAnErrorToEveryReader(SMALL, StoredObject::flip, directory);
        isAnErrorToEveryReader(LARGE, StoredObject::flip, directory);
    }

    @Test
    void aTruncatedObjectIsAnErrorAtOnce(@TempDir Path directory) throws Exception {
        isAnErrorToEveryReader(SMALL, StoredObject::truncate, directory);
        isAnErrorToEveryReader(LARGE * 2, StoredObject::truncate, directory);
    }

    @Test
    void anObjectThatLostAllOfItsBytesIsMissing() throws Exception {
        byte[] content = bytes(SMALL);
        Digest digest = Digest.of(content);
        put(content);
        StoredObject.of(digest).empty();

        assertThat(get(digest).statusCode()).isEqualTo(404);
        assertThat(blobs.missing(List.of(digest))).containsExactly(digest);
    }

    @Test
    @Tag("P10")
    void theRightBytesRepairWhatIsFlippedTruncatedOrLost() throws Exception {
        List<Damage> damages =
                List.of(StoredObject::flip, StoredObject::truncate, StoredObject::empty, StoredObject::delete);
        for (Damage damage : damages) {
            for (int size : new int[] {SMALL, LARGE}) {
                byte[] content = bytes(size);
                Digest digest = Digest.of(content);
                put(content);
                damage.to(StoredObject.of(digest));

                // Nobody has read the blob since it was damaged, so the service does not know of the damage yet.
                int status = put(content);

                assertThat(status).isEqualTo(201);
                assertThat(blobs.get(digest)).isEqualTo(content);
            }
        }
    }

    @Test
    void aBatchRepairsToo() throws Exception {
        byte[] content = bytes(SMALL);
        blobs.putBatch(List.of(content));
        StoredObject.of(Digest.of(content)).flip();

        blobs.putBatch(List.of(content));

        assertThat(blobs.get(Digest.of(content))).isEqualTo(content);
    }

    @Test
    void whatIsThereIntactIsNotWrittenAgain() throws Exception {
        byte[] content = bytes(SMALL);
        put(content);
        Path object = StoredObject.of(Digest.of(content)).file();
        var before = Files.readAttributes(object, java.nio.file.attribute.BasicFileAttributes.class);

        put(content);

        assertThat(Files.readAttributes(object, java.nio.file.attribute.BasicFileAttributes.class)
                        .lastModifiedTime())
                .isEqualTo(before.lastModifiedTime());
    }

    @Test
    void whatIsLostIsMissingOnceSomebodyHasAskedForIt() throws Exception {
        byte[] content = bytes(SMALL);
        Digest digest = Digest.of(content);
        put(content);
        StoredObject.of(digest).delete();

        assertThatThrownBy(() -> blobs.get(digest)).isInstanceOf(BlobNotFoundException.class);

        assertThat(blobs.missing(List.of(digest))).containsExactly(digest);
    }
}
