package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OwnerTurnsTest {
    private final OwnerTurns turns = new OwnerTurns();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);

    /** Starts a thread with one piece of work. Returns when the thread waits, either for its turn or in its work. */
    private void starts(String name, String owner) {
        var thread = new Thread(() -> run(name, owner), name);
        threads.add(thread);
        thread.start();
        await(name + " waits").atMost(Duration.ofSeconds(30)).until(() -> thread.getState() == Thread.State.WAITING);
    }

    private void run(String name, String owner) {
        try {
            turns.run(owner, () -> {
                awaitRelease();
                return done.add(name);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void inOwnerWithMuchWorkShouldLetAnotherPassAfterOnePiece() throws Exception {
        starts("ann's first", "ann");
        starts("ann's second", "ann");
        starts("ann's third", "ann");
        starts("ben's first", "ben");

        released.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(done).hasSize(4);
        assertThat(done.indexOf("ben's first")).isLessThan(done.indexOf("ann's third"));
    }
}
