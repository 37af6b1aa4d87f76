package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.inputs.InputLimits;
import dev.millrace.executor.inputs.InputTree;
import dev.millrace.executor.inputs.PlacedInputs;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests an executor's cache of inputs with the real artifact service. */
class InputCacheIT {
    private static final long PLENTY = 1L << 30;

    private final BlobClient blobs = new BlobClient(SharedStack.get().platform().artifactService());
    private final ExecutorService downloads = Executors.newFixedThreadPool(8);

    @TempDir
    Path directory = Path.of("");

    @AfterEach
    void stopDownloads() {
        downloads.shutdownNow();
    }

    private InputCache cache(long maxBytes) throws IOException {
        return cache(directory, new InputLimits(maxBytes, Long.MAX_VALUE, Long.MAX_VALUE, 0));
    }

    private InputCache cache(Path in, InputLimits limits) throws IOException {
        return InputCache.open(in.resolve("cache"), blobs, downloads, limits, Clock.systemUTC());
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /**
     * Stores the given number of random files and returns their tree. Every fifth file is executable. Callers ask for so many files that
     * the cache shares the tree instead of copying it.
     */
    private Tree storedTree(int files, int bytesEach, int seed) throws IOException {
        var entries = new ArrayList<TreeEntry>();
        for (int i = 0; i < files; i++) {
            byte[] content = bytes(bytesEach, seed * 1_000 + i);
            entries.add(new TreeEntry("d" + i % 3 + "/f" + i, blobs.put(content), bytesEach, i % 5 == 0));
        }
        return new Tree(entries);
    }

    private static Path shared(PlacedInputs placed) {
        @Nullable Path shared = placed.shared();
        if (shared == null) {
            throw new AssertionError("the tree was copied");
        }
        return shared;
    }

    private Path emptyDirectory() throws IOException {
        return Files.createTempDirectory(directory, "root");
    }

    @Test
    void inDownloadThatEndsAtOnceShouldBeFoundByWhoWaits() throws Exception {
        byte[] content = bytes(1_000, 31);
        var tree = new Tree(List.of(new TreeEntry("a/b", blobs.put(content), content.length, false)));
        var cache = InputCache.open(
                directory.resolve("cache"),
                blobs,
                Runnable::run,
                new InputLimits(PLENTY, PLENTY, PLENTY, 0),
                Clock.systemUTC());
        Path target = emptyDirectory();

        cache.place("owner", InputTree.of(tree), target, false);

        assertThat(target.resolve("a/b")).hasBinaryContent(content);
    }

    @Test
    void inDownloadThatFailedShouldTryAgainWhenTheBlobIsThere() throws Exception {
        byte[] content = bytes(1_000, 32);
        var tree = new Tree(List.of(new TreeEntry("a", Digest.of(content), content.length, false)));
        InputCache cache = cache(PLENTY);
        Path target = emptyDirectory();
        assertThatThrownBy(() -> cache.place("owner", InputTree.of(tree), target, false))
                .isInstanceOf(BlobNotFoundException.class);
        blobs.put(content);

        cache.place("owner", InputTree.of(tree), target, false);

        assertThat(target.resolve("a")).hasBinaryContent(content);
    }

    @Test
    void inManyAttemptsAtOnceShouldShareOneTree() throws Exception {
        Tree tree = storedTree(40, 500, 1);
        InputCache cache = cache(PLENTY);
        var placing = new ArrayList<Future<PlacedInputs>>();
        ExecutorService slots = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 16; i++) {
            placing.add(slots.submit(() -> cache.place("owner", InputTree.of(tree), directory, true)));
        }
        slots.shutdown();

        Path shared = shared(placing.get(0).get());

        for (Future<PlacedInputs> placed : placing) {
            assertThat(placed.get().shared()).isEqualTo(shared);
        }
        for (TreeEntry entry : tree.entries()) {
            Path file = shared.resolve(entry.path());
            assertThat(Digest.of(Files.readAllBytes(file))).isEqualTo(entry.digest());
            assertThat(Files.isExecutable(file)).isEqualTo(entry.executable());
        }
    }

    @Test
    void inRestartShouldUseWhatIsThereAndReplaceWhatWasDamaged() throws Exception {
        Tree tree = storedTree(30, 700, 2);
        Path before = shared(cache(PLENTY).place("owner", InputTree.of(tree), directory, true));
        Path damaged = before.resolve(tree.entries().get(3).path());
        Files.write(damaged, bytes(700, 99));
        Path whole = before.resolve(tree.entries().get(4).path());
        Object inode = Files.getAttribute(whole, "unix:ino");

        Path after = shared(cache(PLENTY).place("owner", InputTree.of(tree), directory, true));

        for (TreeEntry entry : tree.entries()) {
            assertThat(Digest.of(Files.readAllBytes(after.resolve(entry.path()))))
                    .isEqualTo(entry.digest());
        }
        assertThat(Files.getAttribute(after.resolve(tree.entries().get(4).path()), "unix:ino"))
                .as("not fetched again")
                .isEqualTo(inode);
    }

    @Test
    void inFullCacheShouldDropTheOldestTreeThatNobodyUses() throws Exception {
        int each = 1 << 20;
        InputCache cache = cache(60L << 20);
        Tree first = storedTree(24, each, 3);
        Tree second = storedTree(24, each, 4);
        PlacedInputs unused = cache.place("owner", InputTree.of(first), directory, true);
        PlacedInputs used = cache.place("owner", InputTree.of(second), directory, true);
        unused.close();
        // The cache checks its size only once for every 64 MiB of new data, because the check is expensive.
        for (int seed = 5; seed < 9; seed++) {
            Tree more = storedTree(24, each, seed);
            cache.place("owner", InputTree.of(more), directory, true).close();
        }

        assertThat(shared(unused)).doesNotExist();
        assertThat(shared(used)).isDirectoryRecursivelyContaining("glob:**/f23");
        long inUse = 24 + 24 / 5 + 1;
        assertThat(bytesOf(directory.resolve("cache/blobs"))).isLessThan((60L + inUse + 64 + 8) << 20);
    }

    private static void command(String... words) throws Exception {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor())
                .as(String.join(" ", words))
                .isZero();
    }

    /** The disk has 64 MiB, and 16 MiB must stay free. */
    @Test
    void inInputsThatWouldFillTheDiskShouldLeaveRoomForOthers() throws Exception {
        long minFree = 16L << 20;
        int each = 4 << 20;
        Tree honest = storedTree(20, each, 7);
        // The tree states sizes that are too small, so the lack of space can only be found during the downloads.
        Tree lie = new Tree(honest.entries().stream()
                .map(it -> new TreeEntry(it.path(), it.digest(), each - 4 * 1_000_000, it.executable()))
                .toList());
        Path disk = Files.createDirectory(directory.resolve("disk"));
        command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
        try {
            InputCache cache = cache(disk, new InputLimits(PLENTY, PLENTY, PLENTY, minFree));
            long before = Files.getFileStore(disk).getUsableSpace();
            assertThatThrownBy(() -> cache.place("owner", InputTree.of(honest), disk, true))
                    .hasMessageContaining("96 MiB of the executor's disk", "16 to stay free");
            assertThat(bytesOf(disk.resolve("cache/blobs"))).as("not a byte").isZero();
            assertThat(Files.getFileStore(disk).getUsableSpace()).isLessThanOrEqualTo(before);

            assertThatThrownBy(() -> cache.place("owner", InputTree.of(lie), disk, true))
                    .isInstanceOf(IOException.class);
            assertThat(Files.getFileStore(disk).getUsableSpace())
                    .as("but for the MiB that each of eight downloads may write between two looks")
                    .isGreaterThan(minFree - (9 << 20));
        } finally {
            downloads.shutdown();
            downloads.awaitTermination(1, TimeUnit.MINUTES);
            command("umount", disk.toString());
        }
    }

    private static long bytesOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
