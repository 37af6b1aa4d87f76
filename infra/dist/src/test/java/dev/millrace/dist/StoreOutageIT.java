package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Cuts the connection of an executor to the artifact service for longer than a few tries take. */
class StoreOutageIT {
    private static final String POOL = "store-outage";

    /** Longer than six tries with growing pauses take. The executor must go on trying for longer than that. */
    private static final Duration OUTAGE = Duration.ofSeconds(40);

    private static final Path GATE = SharedStack.SCRATCH.resolve("outage-gate-" + System.nanoTime());

    /** The tasks run until the test creates the file {@code GATE}. */
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: outage
            pool: %1$s
            defaults: {retries: 0, timeout: 2m}
            tasks:
              - {id: first, command: [sh, -c, 'cd "$MILLRACE_OUT"; touch began; while [ ! -e %2$s ]; do sleep 0.1; done; touch kept']}
              - {id: second, command: [sh, -c, 'cd "$MILLRACE_OUT"; touch began; while [ ! -e %2$s ]; do sleep 0.1; done; touch kept']}
            """
                    .formatted(POOL, GATE);

    private final SharedStack stack = SharedStack.get();

    private static long attemptsWith(String file) {
        Path work = SharedStack.SCRATCH.resolve("executor-outage").resolve("work");
        try (Stream<Path> attempts = Files.list(work)) {
            return attempts.filter(it -> Files.exists(it.resolve("out").resolve(file)))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void inTasksThatPassedWhileTheStoreIsAwayShouldWaitAndStayPassed() throws Exception {
        try (var proxy = new CuttingProxy(stack.platform().artifactService(), 0);
                var executor = ExecutorProcess.start(
                        stack,
                        POOL,
                        "outage",
                        2,
                        "executor.sandbox=process",
                        "executor.artifactService=" + proxy.address())) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
            String jobId = stack.millrace(
                            "submit", "--no-wait", SharedStack.spec(POOL, SPEC).toString())
                    .out()
                    .strip();
            await("both run").atMost(Duration.ofSeconds(60)).until(() -> attemptsWith("began") == 2);

            proxy.refuseAll(true);
            Files.createFile(GATE);
            await("both have ended")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> attemptsWith("kept") == 2
                            && SharedStack.processesOf(jobId).isEmpty());
            await("the outage has lasted")
                    .pollDelay(OUTAGE)
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> true);
            assertThat(Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId)))
                    .isEmpty();
            var watch = CompletableFuture.supplyAsync(() -> stack.millrace("watch", jobId));
            proxy.refuseAll(false);

            var watched = watch.get(120, TimeUnit.SECONDS);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            assertThat(Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId)))
                    .hasSize(2)
                    .allMatch(it -> it.verdict() == Verdict.PASSED && it.attempts() == 1)
                    .extracting(TaskCompleted::result)
                    .allMatch(it -> it != null && it.artifacts() != null);
        }
    }
}
