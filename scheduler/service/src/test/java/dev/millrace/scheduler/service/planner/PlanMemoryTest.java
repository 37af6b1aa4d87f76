package dev.millrace.scheduler.service.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.platform.config.Settings;
import dev.millrace.scheduler.service.settings.PlannerSettings;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.plan.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlanMemoryTest {
    private static final int LARGE = 600_000;

    private final PlanMemory memory = new PlanMemory(PlannerSettings.from(
            Settings.of(Map.of("scheduler.specBytes", "1048576", "scheduler.planBytes", "1048576"))));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static Plan plan(int bytes) {
        return new Plan(Ids.jobId("o", "k"), "n".repeat(bytes), "p", Tree.EMPTY.digest(), List.of(), null);
    }

    private Future<Plan> making(PlanMemory.Job job, int bytes, CountDownLatch made) {
        return threads.submit(() -> memory.make(job, () -> {
            made.countDown();
            return plan(bytes);
        }));
    }

    @Test
    void smallPlansDoNotWaitForLargeOnes() throws Exception {
        var large = new PlanMemory.Job();
        memory.make(large, () -> plan(LARGE));
        var second = new PlanMemory.Job();
        var made = new CountDownLatch(1);
        Future<Plan> waits = making(second, LARGE, made);
        assertThat(made.await(30, TimeUnit.SECONDS)).isTrue();

        try (var small = new PlanMemory.Job()) {
            assertThat(making(small, 1_000, new CountDownLatch(1)).get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
        assertThat(waits).isNotDone();
        large.close();

        assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(plan(LARGE));
        second.close();
    }

    /** Otherwise one retry of a large job would delay the retries of all owners. */
    @Test
    void smallPlansAreReadWhileLargeOnesWait() throws Exception {
        byte[] json = plan(LARGE).canonicalBytes();
        var large = new PlanMemory.Job();
        memory.read(large, () -> json);
        var second = new PlanMemory.Job();
        var read = new CountDownLatch(1);
        Future<Plan> waits = threads.submit(() -> memory.read(second, () -> {
            read.countDown();
            return json;
        }));
        assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();

        try (var small = new PlanMemory.Job()) {
            byte[] little = plan(1_000).canonicalBytes();
            assertThat(threads.submit(() -> memory.read(small, () -> little)).get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
        assertThat(waits).isNotDone();
        large.close();

        assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(plan(LARGE));
        second.close();
    }

    @Test
    void smallSpecsDoNotWaitForLargeOnes() throws Exception {
        var large = new PlanMemory.Job();
        try (var waits = new PlanMemory.Job();
                var small = new PlanMemory.Job()) {
            memory.takeSpec(large, LARGE);
            var second = CompletableFuture.runAsync(() -> take(memory, waits, LARGE), threads);
            CompletableFuture.runAsync(() -> take(memory, small, 1_000), threads)
                    .get(30, TimeUnit.SECONDS);
            assertThat(second).isNotDone();
            large.close();
            second.get(30, TimeUnit.SECONDS);
        }
    }

    /** A spec of this size with short arguments takes about 50 MB of memory after parsing. */
    @Test
    void specsThatAreLargeOnceTheyAreParsedWaitForEachOther() throws Exception {
        var usual = new PlanMemory(PlannerSettings.DEFAULTS);
        var first = new PlanMemory.Job();
        try (var second = new PlanMemory.Job()) {
            usual.takeSpec(first, 3_960_000);
            var taking = new Thread(() -> take(usual, second, 3_960_000));
            taking.start();
            await("the second waits")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> taking.getState() == Thread.State.WAITING);
            first.close();
            taking.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(taking.isAlive()).isFalse();
        }
    }

    private static void take(PlanMemory memory, PlanMemory.Job job, long bytes) {
        try {
            memory.takeSpec(job, bytes);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A plan that is read reserves only its own size. Therefore many small plans can be in memory at the same time, while each waits until
     * its tasks are published.
     */
    @Test
    void plansThatAreReadCountTheirSize() throws Exception {
        try (var first = new PlanMemory.Job();
                var second = new PlanMemory.Job()) {
            byte[] json = plan(1_000).canonicalBytes();
            memory.read(first, () -> json);

            assertThat(threads.submit(() -> memory.read(second, () -> json)).get(30, TimeUnit.SECONDS))
                    .isEqualTo(plan(1_000));
        }
    }
}
