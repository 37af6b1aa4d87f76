package dev.millrace.executor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTreesTest {
    private static final Digest CONTENT = Digest.of(new byte[] {1});
    private static final Tree LARGE = new Tree(IntStream.range(0, 100_000)
            .mapToObj(i -> new TreeEntry("f" + i, CONTENT, 1, false))
            .toList());

    private final SharedTrees trees;

    SharedTreesTest(@TempDir Path directory) throws IOException {
        this.trees = new SharedTrees(directory.resolve("trees"), Runnable::run);
    }

    private Path acquire(int number) throws IOException {
        return trees.acquire(digest(number), LARGE, (tree, target) -> {});
    }

    private static Digest digest(int number) {
        return Digest.of(new byte[] {(byte) number, 7});
    }

    @Test
    void inTreesInUseThatHaveAllFilesThereMayBeShouldBuildNoOtherUntilOneIsReleased() throws IOException {
        for (int number : List.of(1, 2, 3)) {
            assertThat(acquire(number)).isDirectory();
        }

        assertThatThrownBy(() -> acquire(4)).isInstanceOf(IOException.class).hasMessageContaining("300000 files");
        assertThat(acquire(3)).as("one that is there").isDirectory();

        trees.release(digest(1));
        assertThat(acquire(4)).isDirectory();
    }
}
