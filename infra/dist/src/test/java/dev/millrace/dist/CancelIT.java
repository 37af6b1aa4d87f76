package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CancelIT {
    private final SharedStack stack = SharedStack.get();

    private static String spec() {
        var yaml = new StringBuilder(
                """
                apiVersion: millrace.dev/v1
                name: long
                defaults: {retries: 5, timeout: 5m}
                tasks:
                """);
        for (int i = 0; i < 30; i++) {
            yaml.append("  - {id: t")
                    .append(i)
                    .append(", command: [sh, -c, 'trap \"\" TERM; sleep 120 & sleep 120; wait']}\n");
        }
        return yaml.toString();
    }

    @Test
    @Tag("P2")
    @Tag("P5")
    void inCancelInMidRunShouldKillEverythingAndConverge() throws Exception {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec("cancel", spec()).toString())
                .out()
                .strip();
        await("two tasks run")
                .atMost(Duration.ofSeconds(60))
                .until(() -> SharedStack.processesOf(jobId).size() >= 4);
        var watch = CompletableFuture.supplyAsync(() -> stack.millrace("watch", jobId));

        var cancel = stack.millrace("cancel", jobId);

        assertThat(cancel.exitCode()).isZero();
        await("no process of it is alive five seconds later")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(SharedStack.processesOf(jobId)).isEmpty());
        var watched = watch.get(60, TimeUnit.SECONDS);
        assertThat(watched.exitCode()).as(watched.err()).isEqualTo(6);
        assertThat(watched.out()).contains("CANCELLED");
        var events = Completions.ofJob(stack.platform().kafka(), jobId);
        assertThat(Completions.tasks(events))
                .hasSize(30)
                .extracting(TaskCompleted::verdict)
                .containsOnly(Verdict.CANCELLED);
        assertThat(Completions.jobs(events)).singleElement().matches(it -> it.status() == JobStatus.CANCELLED);
    }
}
