package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests caches that already contain the files, so that nothing is fetched. */
class InputCacheTest {
    private static final Instant LATER = Instant.parse("2031-01-01T00:00:00Z");
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");
    private static final int FILES = 40;
    private static final byte[] OTHER = "another owner's".getBytes(StandardCharsets.UTF_8);

    private final Path directory;

    InputCacheTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private InputCache cache(Instant now, long maxBytes) throws IOException {
        return cache(now, new InputLimits(maxBytes, Long.MAX_VALUE, Long.MAX_VALUE, 0));
    }

    private InputCache cache(Instant now, InputLimits limits) throws IOException {
        return InputCache.open(
                directory.resolve("cache"),
                new BlobClient(NOBODY),
                Runnable::run,
                limits,
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static byte[] content(int i) {
        return ("content " + i).getBytes(StandardCharsets.UTF_8);
    }

    private Path blob(int i) {
        String hex = Digest.of(content(i)).hex();
        return directory
                .resolve("cache")
                .resolve("blobs")
                .resolve(hex.substring(0, 2))
                .resolve(hex);
    }

    private Path other() {
        String hex = Digest.of(OTHER).hex();
        return directory.resolve("cache/blobs").resolve(hex.substring(0, 2)).resolve(hex);
    }

    private long cachedBytes() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("cache/blobs"))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private Tree cached(String prefix) throws IOException {
        var entries = new ArrayList<TreeEntry>();
        for (int i = 0; i < FILES; i++) {
            Files.createDirectories(Objects.requireNonNull(blob(i).getParent()));
            if (!Files.exists(blob(i))) {
                Files.write(blob(i), content(i));
                Files.setLastModifiedTime(blob(i), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            }
            entries.add(new TreeEntry(prefix + i, Digest.of(content(i)), content(i).length, i % 2 == 1));
        }
        return new Tree(entries);
    }

    private static List<Map<String, Object>> metadata(Path tree, String prefix) throws IOException {
        var all = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < FILES; i++) {
            all.add(Files.readAttributes(tree.resolve(prefix + i), "unix:lastModifiedTime,mode,uid,gid,size,ino"));
        }
        return all;
    }

    @Test
    void inFileThatAnotherOwnerWaitsForShouldNotWaitForThatOwnersTurn() throws Exception {
        cached("a");
        var turns = new LinkedBlockingQueue<Runnable>();
        try (var cache = InputCache.open(
                directory.resolve("cache"),
                new BlobClient(NOBODY),
                turns::add,
                new InputLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 0),
                Clock.fixed(LATER, ZoneOffset.UTC))) {
            turns.forEach(Runnable::run);
            turns.clear();
            Digest wanted = Digest.of(content(0));
            var first = new FutureTask<>(() -> cache.size("ann", wanted));
            new Thread(first).start();
            assertThat(turns.poll(10, TimeUnit.SECONDS)).as("which never comes").isNotNull();
            var second = new FutureTask<>(() -> cache.size("ben", wanted));
            new Thread(second).start();

            Runnable turn = turns.poll(10, TimeUnit.SECONDS);

            assertThat(turn).as("his own").isNotNull();
            Objects.requireNonNull(turn).run();
            assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(content(0).length);
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(content(0).length);
        }
    }

    @Test
    void inTreeInUseThatIsLargerThanTheCacheShouldKeepWhatIsOthers() throws Exception {
        Tree large = cached("a");
        Path others = Files.write(Files.createDirectories(other().getParent()).resolve(other().getFileName()), OTHER);
        Files.setLastModifiedTime(others, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        try (InputCache cache = cache(LATER, 1_000)) {
            var placed = cache.place("ann", InputTree.of(large), directory, true);
            for (int i = 0; i < 100; i++) {
                Digest digest = Digest.of(content(1_000 + i));
                Path file = directory.resolve("cache/blobs/" + digest.hex().substring(0, 2) + "/" + digest.hex());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.write(file, content(1_000 + i));
                Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2021-01-01T00:00:00Z")));
            }

            cache.evict();

            assertThat(cachedBytes())
                    .as("beside the %d bytes in use", large.totalBytes())
                    .isBetween(large.totalBytes() + 900, large.totalBytes() + 1_000);
            assertThat(others).as("used longest ago").doesNotExist();
            placed.close();
        }
    }

    @Test
    void inPreparingAnotherJobShouldChangeNothingThatARunningTaskSees() throws Exception {
        Tree first = cached("a");
        Tree second = cached("b");
        try (InputCache cache = cache(LATER, Long.MAX_VALUE)) {
            Path seen = Objects.requireNonNull(
                    cache.place("owner", InputTree.of(first), directory, true).shared());
            var before = metadata(seen, "a");

            cache.place("owner", InputTree.of(second), directory, true);

            assertThat(metadata(seen, "a")).isEqualTo(before);
        }
    }

    /** Places a tree that gives one file a size of one byte less than the cached file has. Returns the failure. */
    private IOException placing(boolean mayShare) throws IOException {
        var lie = new TreeEntry("one", Digest.of(content(2)), content(2).length - 1, false);
        var filler = new ArrayList<TreeEntry>(cached("b").entries());
        filler.add(lie);
        Tree tree = new Tree(mayShare ? filler : List.of(lie));
        Path root = Files.createDirectories(directory.resolve("root"));
        try (InputCache cache = cache(LATER, Long.MAX_VALUE)) {
            return catchThrowableOfType(
                    IOException.class, () -> cache.place("owner", InputTree.of(tree), root, mayShare));
        } finally {
            assertThat(root).as("nothing is copied first").isEmptyDirectory();
        }
    }

    @Test
    void inTreeThatLiesAboutASizeShouldRefuseItForGoodAndKeepTheFile() throws Exception {
        for (boolean mayShare : List.of(false, true)) {
            assertThat(placing(mayShare))
                    .isInstanceOf(UnusableInputsException.class)
                    .hasMessageContaining("'one' has 9 bytes, and its tree says that it has 8");
            assertThat(blob(2)).exists();
        }
    }

    @Test
    void inFileThatWasCutSinceItWasHashedShouldFetchItAgain() throws Exception {
        Tree tree = new Tree(cached("a").entries().subList(0, 1));
        Path file = blob(0);
        try (InputCache cache = cache(LATER, Long.MAX_VALUE)) {
            cache.place("owner", InputTree.of(tree), Files.createDirectory(directory.resolve("first")), false);
            Files.write(file, new byte[] {1});

            IOException failure = catchThrowableOfType(
                    IOException.class,
                    () -> cache.place(
                            "owner", InputTree.of(tree), Files.createDirectory(directory.resolve("second")), false));

            assertThat(failure).isNotInstanceOf(UnusableInputsException.class).hasMessageContaining("damaged");
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void inRestartShouldKnowWhatWasUsedLast() throws Exception {
        cached("a");
        Tree one = new Tree(List.of(new TreeEntry("one", Digest.of(content(2)), content(2).length, false)));
        try (InputCache cache = cache(LATER, Long.MAX_VALUE)) {
            cache.place("owner", InputTree.of(one), Files.createDirectory(directory.resolve("root")), true);
        }

        long most = Files.size(blob(2));
        cache(LATER.plus(Duration.ofDays(1)), most).close();

        assertThat(blob(2)).exists();
        assertThat(blob(4)).doesNotExist();
    }

    /**
     * Returns a tree with one file that is not in the cache and cannot be fetched. The tree says that this file has {@code bytes} bytes.
     */
    private Tree withAbsent(long bytes) throws IOException {
        var entries = new ArrayList<>(cached("a").entries());
        entries.add(new TreeEntry("absent", Digest.of(content(FILES)), bytes, false));
        return new Tree(entries);
    }

    @Test
    void inTreeThatIsLargerThanInputsMayBeShouldRefuseItForGoodBeforeItIsFetched() throws Exception {
        // Each file takes one block. Every second file is executable and takes another block for its executable copy.
        long most = (FILES + FILES / 2) * (long) InputBytes.BLOCK_BYTES;
        Tree fits = cached("a");
        Tree larger = withAbsent(1);
        try (InputCache cache = cache(LATER, new InputLimits(Long.MAX_VALUE, Long.MAX_VALUE, most, 0))) {
            cache.place("owner", InputTree.of(fits), directory, true).close();

            IOException failure = catchThrowableOfType(
                    IOException.class, () -> cache.place("owner", InputTree.of(larger), directory, true));

            assertThat(failure)
                    .isInstanceOf(UnusableInputsException.class)
                    .hasMessageContaining(
                            "take " + (most + InputBytes.BLOCK_BYTES) + " bytes", "more than the " + most);
        }
    }

    @Test
    void inTreeThatHasNoRoomOnTheDiskShouldRefuseItForNowBeforeItIsFetched() throws Exception {
        Tree huge = withAbsent(1L << 55);
        for (boolean mayShare : List.of(false, true)) {
            Path root = Files.createDirectory(directory.resolve("root-" + mayShare));
            try (InputCache cache =
                    cache(LATER, new InputLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 1 << 20))) {
                IOException failure = catchThrowableOfType(
                        IOException.class, () -> cache.place("owner", InputTree.of(huge), root, mayShare));

                assertThat(failure)
                        .isInstanceOf(NoRoomException.class)
                        .hasMessageContaining("1 to stay free (executor.minFreeBytes)");
                assertThat(root).isEmptyDirectory();
                assertThat(blob(0)).as("the cache, which would not help").exists();
            }
        }
    }
}
