package dev.millrace.executor.attempt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.inputs.InputLimits;
import dev.millrace.executor.inputs.InputTree;
import dev.millrace.executor.inputs.UnusableInputsException;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCacheTest {
    private static final long MAX_BYTES = 1 << 20;

    private Path directory = Path.of("");

    @BeforeEach
    void in(@TempDir Path cache) {
        directory = cache;
    }

    /** Returns a cache whose files are already on the disk, so that nothing is fetched. */
    private PlanCache cache() throws IOException {
        var inputs = InputCache.open(
                directory,
                new BlobClient(URI.create("http://127.0.0.1:1")),
                Runnable::run,
                new InputLimits(1L << 40, 1L << 40, 1L << 40, 0),
                Clock.systemUTC());
        return new PlanCache(inputs, MAX_BYTES, new ByteBudget(MAX_BYTES));
    }

    private Digest tree(int number, int entries) throws IOException {
        var files = new ArrayList<TreeEntry>();
        for (int i = 0; i < entries; i++) {
            files.add(new TreeEntry("directory-" + number + "/file-" + i, Digest.of(new byte[] {(byte) i}), i, false));
        }
        return blob(new Tree(files).canonicalBytes());
    }

    private Digest blob(byte[] document) throws IOException {
        Digest digest = Digest.of(document);
        Path file =
                directory.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
        Files.createDirectories(file.getParent());
        Files.write(file, document);
        return digest;
    }

    @Test
    void holdsNoMoreBytesHoweverLargeItsTreesAre() throws IOException {
        PlanCache cache = cache();
        for (int i = 0; i < 20; i++) {
            assertThat(cache.tree("owner", tree(i, 500)).count()).isEqualTo(500);

            assertThat(cache.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        }
        assertThat(cache.bytes()).isPositive();
        assertThat(cache.tree("owner", tree(99, 5_000)).count())
                .as("one larger than the cache is read all the same")
                .isEqualTo(5_000);
        assertThat(cache.bytes()).isLessThanOrEqualTo(MAX_BYTES);
    }

    private String refusal(byte[] document) throws IOException {
        Digest digest = blob(document);
        PlanCache cache = cache();
        return Objects.requireNonNull(
                catchThrowableOfType(UnusableInputsException.class, () -> cache.tree("owner", digest))
                        .getMessage());
    }

    @Test
    void refusesForGoodWhatIsNoTreeOrLargerThanOne() throws IOException {
        assertThat(refusal("{}".getBytes(UTF_8))).contains("are no tree: 'entries' is missing");
        assertThat(refusal(new byte[Tree.MAX_BYTES + 1])).contains("has more than " + Tree.MAX_BYTES + " bytes");
    }

    /** The plan has 80 KB of text, but needs more heap than the whole cache may use. */
    @Test
    void countsAPlanOfManyShortArgumentsByWhatItTakes() throws IOException {
        var task = "{\"index\": 0, \"name\": \"t\", \"test\": \"t\", \"command\": [\"true\"" + ",\"a\"".repeat(20_000)
                + "], \"env\": {}, \"artifacts\": [], \"units\": [], \"timeoutMs\": 1, \"retries\": 0, \"gating\": true,"
                + " \"estimateMs\": 1, \"estimateUpperMs\": 1, \"estimateSource\": \"none\"}";
        PlanCache cache = cache();
        Digest digest = blob(("{\"jobId\": \"j\", \"name\": \"n\", \"project\": \"p\", \"inputTree\": \""
                        + "0".repeat(64) + "\", \"tasks\": [" + task + "]}")
                .getBytes(UTF_8));

        assertThat(cache.get("owner", digest).tasks().get(0).command()).hasSize(20_001);

        assertThat(cache.bytes()).isZero();
    }

    @Test
    void readsTheEntriesOfATreeFromTheDisk() throws IOException {
        PlanCache cache = cache();
        Digest digest = tree(1, 10);
        InputTree tree = cache.tree("owner", digest);
        var paths = new ArrayList<String>();

        tree.entries().visit(entry -> paths.add(entry.path()));

        assertThat(paths).hasSize(10).first().isEqualTo("directory-1/file-0");
    }

    @Test
    void refusesATreeThatWasChangedSinceItWasChecked() throws IOException {
        PlanCache cache = cache();
        Digest digest = tree(1, 10);
        InputTree tree = cache.tree("owner", digest);
        Path file =
                directory.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
        Files.write(file, new Tree(List.of(new TreeEntry("other", digest, 1, false))).canonicalBytes());

        assertThatThrownBy(() -> tree.entries().visit(entry -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was changed");
    }
}
