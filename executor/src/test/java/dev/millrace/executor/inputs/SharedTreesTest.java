package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTreesTest {
    private final SharedTrees trees;

    SharedTreesTest(@TempDir Path directory) throws IOException {
        this.trees = new SharedTrees(directory.resolve("trees"), Runnable::run);
    }

    private Path acquire(int number) throws IOException {
        return trees.acquire(new InputTree(digest(number), 100_000, 0, visitor -> {}), (tree, target) -> {});
    }

    private static Digest digest(int number) {
        return Digest.of(new byte[] {(byte) number, 7});
    }

    @Test
    void inMoreFilesThanAreKeptShouldDropWhatNobodyUsesAndBuildBesideWhatIsInUse() throws IOException {
        Path unused = acquire(1);
        trees.release(digest(1));
        assertThat(acquire(2)).isDirectory();
        assertThat(acquire(3)).isDirectory();
        assertThat(unused).as("there is room for three").isDirectory();

        assertThat(acquire(4)).isDirectory();
        assertThat(unused).doesNotExist();

        assertThat(acquire(5)).as("nobody waits for who is in use").isDirectory();
    }
}
