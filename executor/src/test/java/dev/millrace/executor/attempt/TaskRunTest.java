package dev.millrace.executor.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.executor.sandbox.Boxes;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.config.Settings;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.plan.PlannedTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs real processes and watches them as an executor does. */
@Timeout(120)
class TaskRunTest {
    private static final AttemptKey KEY = new AttemptKey(Boxes.TASK, 1, new Epoch(1, 1));

    private final Path directory;
    private final ExecutorSettings settings;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    TaskRunTest(@TempDir Path directory) {
        this.directory = directory;
        this.settings = ExecutorSettings.from(Settings.of(Map.of("executor.killGraceMs", "600000")), "e1", directory);
    }

    @AfterEach
    void end() {
        released.countDown();
        threads.shutdown();
    }

    private TaskRun start(Watchdog watchdog, String script, long timeoutMs, Predicate<OutputChunk> live)
            throws Exception {
        Workspace workspace = Boxes.workspace(directory.resolve("a1"));
        Launch launch = Boxes.launch(
                Boxes.find(directory, "process"), workspace, 1, List.of("sh", "-c", script), false, Boxes.LIMITS);
        return TaskRun.start(
                settings,
                task(timeoutMs, List.of()),
                KEY,
                workspace.logs(),
                launch,
                pid -> new WatchedTask(pid, Boxes.TASK, 1, directory.resolve("a1"), List.of()),
                watchdog,
                threads,
                1 << 20,
                live);
    }

    static PlannedTask task(long timeoutMs, List<String> units) {
        return new PlannedTask(
                0,
                "t",
                null,
                "t",
                List.of("sh"),
                Map.of(),
                List.of(),
                units,
                timeoutMs,
                null,
                0,
                true,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                "default",
                null);
    }

    private CompletableFuture<TaskRun.Ended> onSlot(TaskRun run) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return run.await(0, () -> {});
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }

    private boolean blockForEver(OutputChunk chunk) {
        blocked.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    private static void awaitAll(TaskRun run, int processes) {
        await("all of it runs")
                .atMost(Duration.ofSeconds(30))
                .until(() -> run.pids().size() >= processes);
    }

    private static void awaitNobody(TaskRun run) {
        await("nobody of it is left").atMost(Duration.ofSeconds(60)).until(() -> run.pids()
                .isEmpty());
    }

    @Test
    void inLostLeaseShouldKillTheTaskWhoseOutputNobodyTakes() throws Exception {
        try (var watchdog = Watchdog.start(600_000)) {
            TaskRun run = start(watchdog, "setsid sleep 300 & echo x; sleep 300; echo y", 600_000, this::blockForEver);
            CompletableFuture<TaskRun.Ended> ended = onSlot(run);
            awaitAll(run, 3);
            assertThat(blocked.await(60, TimeUnit.SECONDS)).isTrue();

            run.stop(StopReason.LEASE_LOST);
            run.strike();

            awaitNobody(run);
            assertThat(ended).isNotDone();
            released.countDown();
            assertThat(ended.get(60, TimeUnit.SECONDS).stopped()).isEqualTo(StopReason.LEASE_LOST);
        }
    }

    @Test
    void inLostLeaseShouldNotWaitForTheGraceOfATimeout() throws Exception {
        try (var watchdog = Watchdog.start(600_000)) {
            TaskRun run = start(watchdog, "trap 'echo asked' TERM; sleep 300 & while :; do wait; done", 1, it -> true);
            CompletableFuture<TaskRun.Ended> ended = onSlot(run);
            await("it was asked to end").atMost(Duration.ofSeconds(60)).until(() -> run.stdoutBytes() > 0);

            run.stop(StopReason.LEASE_LOST);
            run.strike();

            awaitNobody(run);
            assertThat(ended.get(60, TimeUnit.SECONDS).stopped()).isEqualTo(StopReason.TIMED_OUT);
        }
    }
}
