package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Starts two executors as separate processes in their own pool, and ends one of them during a run. */
class ExecutorKillChaosIT {
    private final SharedStack stack = SharedStack.get();

    private LaunchedProcess executor(String pool, String id) throws IOException {
        return ExecutorProcess.start(stack, pool, id, 2);
    }

    private static String spec(String pool, int tasks, String command) {
        var yaml = new StringBuilder("apiVersion: millrace.dev/v1\nname: chaos\npool: " + pool
                + "\ndefaults: {retries: 0, timeout: 2m}\ntasks:\n");
        for (int i = 0; i < tasks; i++) {
            yaml.append("  - {id: t")
                    .append(i)
                    .append(", command: [sh, -c, '")
                    .append(command)
                    .append("']}\n");
        }
        return yaml.toString();
    }

    @Test
    @Tag("P2")
    @Tag("P3")
    void inKillOfAnExecutorShouldEndTheRunWithOneVerdictEach() throws Exception {
        String pool = "chaos-kill";
        try (var doomed = executor(pool, "doomed");
                var survivor = executor(pool, "survivor")) {
            await("both executors are up")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> doomed.isReady() && survivor.isReady());
            String jobId = stack.millrace(
                            "submit",
                            "--no-wait",
                            SharedStack.spec(pool, spec(pool, 16, "sleep 1.5 & sleep 1.5"))
                                    .toString())
                    .out()
                    .strip();
            var watch = CompletableFuture.supplyAsync(() -> stack.millrace("watch", jobId));
            await("it is in mid-run")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> SharedStack.processesOf(jobId).size() >= 6);

            doomed.kill();

            var watched = watch.get(120, TimeUnit.SECONDS);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            var events = Completions.ofJob(stack.platform().kafka(), jobId);
            assertThat(Completions.tasks(events))
                    .hasSize(16)
                    .extracting(TaskCompleted::taskId)
                    .doesNotHaveDuplicates();
            assertThat(Completions.tasks(events))
                    .extracting(TaskCompleted::verdict)
                    .containsOnly(Verdict.PASSED);
            assertThat(Completions.jobs(events))
                    .singleElement()
                    .matches(
                            it -> it.status() == JobStatus.PASSED && it.counts().retried() > 0);
            await("no child is left").atMost(Duration.ofSeconds(5)).until(() -> SharedStack.processesOf(jobId)
                    .isEmpty());
        }
    }

    @Test
    void inTerminatedExecutorShouldGiveBackWhatItHasNotFinished() throws Exception {
        String pool = "chaos-term";
        try (var leaving = executor(pool, "leaving");
                var staying = executor(pool, "staying")) {
            await("both executors are up")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> leaving.isReady() && staying.isReady());
            String jobId = stack.millrace(
                            "submit",
                            "--no-wait",
                            SharedStack.spec(pool, spec(pool, 6, "sleep 8")).toString())
                    .out()
                    .strip();
            var watch = CompletableFuture.supplyAsync(() -> stack.millrace("watch", jobId));
            await("it is in mid-run")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> SharedStack.processesOf(jobId).size() >= 4);

            leaving.terminate();

            var watched = watch.get(120, TimeUnit.SECONDS);
            assertThat(watched.exitCode()).as(watched.err()).isZero();
            var tasks = Completions.tasks(Completions.ofJob(stack.platform().kafka(), jobId));
            assertThat(tasks).hasSize(6).extracting(TaskCompleted::verdict).containsOnly(Verdict.PASSED);
            assertThat(tasks).extracting(TaskCompleted::executorId).containsOnly("staying");
        }
    }
}
