package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTreesTest {
    private final SharedTrees trees;

    SharedTreesTest(@TempDir Path directory) throws IOException {
        this.trees = SharedTrees.open(directory.resolve("trees"), Runnable::run);
    }

    private Path acquire(int number) throws IOException {
        return trees.acquire(
                "ann",
                new InputTree(digest(number), 100_000, 0, visitor -> {}),
                (tree, target) -> {},
                (tree, built) -> {});
    }

    @Test
    void inTreeThatAnotherOwnerBuildsShouldHelpInOnesOwnTurns() throws Exception {
        var tree = new InputTree(digest(1), 1, 1, visitor -> {});
        var building = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var helped = new CopyOnWriteArrayList<String>();
        var anns = new FutureTask<>(() -> trees.acquire(
                "ann",
                tree,
                (it, target) -> {
                    building.countDown();
                    await(mayGoOn);
                },
                (it, built) -> helped.add("ann")));
        new Thread(anns).start();
        await(building);

        var bens = new FutureTask<>(() -> trees.acquire(
                "ben",
                tree,
                (it, target) -> {
                    throw new IOException("it is built already");
                },
                (it, built) -> {
                    helped.add("ben");
                    mayGoOn.countDown();
                }));
        new Thread(bens).start();

        assertThat(bens.get(10, TimeUnit.SECONDS)).isEqualTo(anns.get(10, TimeUnit.SECONDS));
        assertThat(helped).containsExactly("ben");
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IOException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
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
