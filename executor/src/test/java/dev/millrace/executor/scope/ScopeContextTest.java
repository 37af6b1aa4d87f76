package dev.millrace.executor.scope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.BlobServer;
import dev.millrace.executor.artifacts.ArtifactLimits;
import dev.millrace.platform.blob.BlobClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScopeContextTest {
    private static final ArtifactLimits LIMITS = new ArtifactLimits(1_000, 3, 1 << 20, 1_000_000);

    private final BlobServer server;
    private final ScopeContext contexts;
    private Path out = Path.of("");
    private Path directory = Path.of("");

    ScopeContextTest() throws IOException {
        server = new BlobServer();
        contexts = new ScopeContext(new BlobClient(server.address()), LIMITS);
    }

    @BeforeEach
    void make(@TempDir Path made) throws IOException {
        out = made;
        directory = Files.createDirectories(ScopeContext.directory(out));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void inNothingShouldLeaveNoContext() throws Exception {
        assertThat(contexts.store(out, () -> false)).isEqualTo(new ScopeContext.Left(null, null));
    }

    @Test
    void inTheSameFilesShouldHaveTheSameDigest() throws Exception {
        // The test's service takes no compressed content, so this cannot be compressed.
        byte[] key = new byte[64];
        new Random(1).nextBytes(key);
        Files.createDirectories(directory.resolve("certificates"));
        Files.write(directory.resolve("certificates/key"), key);

        ScopeContext.Left first = contexts.store(out, () -> false);

        assertThat(first.problem()).isNull();
        assertThat(first.tree()).isNotNull();
        assertThat(contexts.store(out, () -> false)).isEqualTo(first);
    }

    @Test
    void inMoreThanTheLimitShouldSayWhatIsTooLarge() throws Exception {
        Files.write(directory.resolve("dump"), new byte[1_001]);

        assertThat(contexts.store(out, () -> false).problem())
                .startsWith("the scope's context cannot be kept whole: 'dump' (1001 bytes)");
    }

    @Test
    void inMalformedVariablesShouldSayWhatIsWrong() throws Exception {
        Files.writeString(directory.resolve("env"), "a b");

        assertThat(contexts.store(out, () -> false).problem()).contains("is not NAME=value in line 1");
    }

    @Test
    void inLinksInThePlaceOfDirectoriesShouldFollowNone(@TempDir Path elsewhere) throws Exception {
        Files.createDirectories(elsewhere.resolve("scope"));
        Files.writeString(elsewhere.resolve("scope/secret"), "secret");
        Files.delete(directory);
        Files.createSymbolicLink(directory, elsewhere.resolve("scope"));
        assertThat(contexts.store(out, () -> false).tree()).isNull();
        assertThat(contexts.store(out, () -> false).problem()).startsWith("something else is in the place");

        Files.delete(directory);
        Files.delete(directory.getParent());
        Files.createSymbolicLink(directory.getParent(), elsewhere);
        assertThat(contexts.store(out, () -> false).tree()).isNull();
        assertThat(contexts.store(out, () -> false).problem()).startsWith("something else is in the place");
    }
}
