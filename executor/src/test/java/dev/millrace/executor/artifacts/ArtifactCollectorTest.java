package dev.millrace.executor.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.executor.BlobServer;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.ArtifactsRef;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCollectorTest {
    private static final ArtifactLimits LIMITS = new ArtifactLimits(1 << 20, 1_000, 1 << 20, 1_000_000);

    private final BlobServer server;
    private Path work = Path.of("");
    private Path out = Path.of("");

    ArtifactCollectorTest() throws IOException {
        server = new BlobServer();
    }

    @BeforeEach
    void make(@TempDir Path directory) throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        out = Files.createDirectory(directory.resolve("out"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ArtifactsRef collect(ArtifactLimits limits, List<String> globs, BooleanSupplier unwanted)
            throws IOException {
        var collector = new ArtifactCollector(new BlobClient(server.address()), limits);
        return Objects.requireNonNull(collector.collect(new PlainFiles(work, Optional.empty()), out, globs, unwanted));
    }

    /** Writes files that cannot be compressed. */
    private static void write(Path directory, int files) throws IOException {
        var random = new Random(1);
        for (int i = 0; i < files; i++) {
            byte[] content = new byte[64];
            random.nextBytes(content);
            Files.write(directory.resolve("file" + i), content);
        }
    }

    @Test
    void inPatternsThatTakeTooManyStepsShouldKeepTheRestAndSaySo() throws Exception {
        write(out, 3);
        Files.createFile(work.resolve("a".repeat(200)));
        Files.createFile(work.resolve("b".repeat(200)));
        var few = new ArtifactLimits(LIMITS.bytes(), LIMITS.files(), LIMITS.nameBytes(), 500);

        ArtifactsRef kept = collect(few, List.of("*?".repeat(50) + "!"), () -> false);

        assertThat(kept.files()).isEqualTo(3);
        assertThat(kept.leftOut()).singleElement().asString().contains("executor.maxMatchSteps");
    }

    @Test
    void inMoreFilesThanMayBeShouldLookAtNoFurtherOnes() throws Exception {
        write(out, 5);
        write(work, 50);

        ArtifactsRef kept =
                collect(new ArtifactLimits(LIMITS.bytes(), 3, LIMITS.nameBytes(), 1_000), List.of("**"), () -> false);

        assertThat(kept.files()).isEqualTo(3);
        assertThat(kept.leftOut()).singleElement().asString().contains("more than 3 files");
    }

    @Test
    void inNamesOfMoreBytesThanMayBeShouldLookAtNoFurtherOnes() throws Exception {
        for (int i = 0; i < 9; i++) {
            Files.createFile(out.resolve("\u20ac".repeat(30) + i));
        }

        ArtifactsRef kept = collect(
                new ArtifactLimits(LIMITS.bytes(), LIMITS.files(), 4 * 91, LIMITS.matchSteps()),
                List.of(),
                () -> false);

        assertThat(kept.files()).isEqualTo(4);
        assertThat(kept.leftOut()).singleElement().asString().contains("executor.maxArtifactNameBytes");
    }

    @Test
    void inManySmallFilesShouldSendThemTogether() throws Exception {
        int files = BlobUpload.BATCH_FILES + 1;
        write(out, files);
        byte[] large = new byte[(int) BlobUpload.SMALL_BYTES + 1];
        Files.write(out.resolve("large"), large);

        ArtifactsRef kept = collect(new ArtifactLimits(1 << 20, 10_000, 1 << 20, 1_000), List.of(), () -> false);

        assertThat(kept.files()).isEqualTo(files + 1);
        assertThat(server.requests())
                .containsExactlyInAnyOrder(
                        "POST /v1/blobs:missing",
                        "POST /v1/blobs:batch",
                        "POST /v1/blobs:batch",
                        "PUT /v1/blobs/DIGEST",
                        "PUT /v1/trees");
        assertThat(server.stored()).hasSize(files + 1).contains(Digest.of(large));
    }

    @Test
    void inRevocationShouldStopAtTheNextFile() throws Exception {
        write(work, 50);
        var asked = new int[1];

        assertThatThrownBy(() -> collect(LIMITS, List.of("**"), () -> ++asked[0] > 10))
                .isInstanceOf(InterruptedIOException.class);

        assertThat(asked[0]).isLessThan(20);
        assertThat(server.requests()).isEmpty();
    }
}
