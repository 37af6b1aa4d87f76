package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairExecutorTest {
    private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(4, task -> {
        var thread = new Thread(task);
        // Without this handler, Awaitility would report the exception as a failure of any test that is waiting at that
        // time.
        thread.setUncaughtExceptionHandler((it, failure) -> thrown.add(failure));
        return thread;
    });
    private final FairExecutor executor = new FairExecutor(threads, 4, 2);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void stop() {
        released.countDown();
        threads.shutdownNow();
    }

    private void waitForRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void inMuchSlowWorkOfOneKeyShouldRunThatOfAnotherAtOnce() throws Exception {
        for (int i = 0; i < 100; i++) {
            executor.execute("greedy", this::waitForRelease, () -> {});
        }
        var ran = new CountDownLatch(1);

        executor.execute("other", ran::countDown, () -> {});

        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void inWorkThatThrowsShouldGoOnWithTheNext() throws Exception {
        var ran = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            executor.execute(
                    "key",
                    () -> {
                        ran.countDown();
                        throw new IllegalStateException("expected");
                    },
                    () -> {});
        }

        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        await("all have thrown").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(thrown)
                .hasSize(8));
    }

    @Test
    void inThreadsThatHaveStoppedShouldRejectWhatIsGivenAndWhatWaits() throws Exception {
        List<String> rejected = new CopyOnWriteArrayList<>();
        var running = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            executor.execute(
                    "key",
                    () -> {
                        running.countDown();
                        waitForRelease();
                    },
                    () -> {});
        }
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
        executor.execute("key", () -> {}, () -> rejected.add("waited"));
        threads.shutdown();

        executor.execute("other", () -> {}, () -> rejected.add("given"));
        released.countDown();

        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(rejected).containsExactlyInAnyOrder("given", "waited");
    }
}
