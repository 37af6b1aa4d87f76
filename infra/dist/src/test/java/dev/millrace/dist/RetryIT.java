package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.TaskCompleted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retries a job with the commands that a user would type. */
class RetryIT {
    private final SharedStack stack = SharedStack.get();

    @Test
    void inRetryOfWhatFailedShouldRunThatAgainAndNothingElse(@TempDir Path dir) throws Exception {
        Files.setPosixFilePermissions(dir, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Path mended = dir.resolve("mended");
        // At sandbox level process, the task can see a file on the machine that is not one of its inputs.
        try (var executor = ExecutorProcess.start(stack, "retry", "retrying", 2, "executor.sandbox=process")) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
            retryUntilMended(mended);
        }
    }

    private void retryUntilMended(Path mended) throws Exception {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec("retry", spec(mended)).toString())
                .out()
                .strip();
        assertThat(stack.millrace("watch", jobId).exitCode()).isEqualTo(88);
        awaitView(jobId, "failed", 0);

        var again = stack.millrace("retry", jobId, "--failed");

        assertThat(again.exitCode()).as(again.err()).isEqualTo(88);
        assertThat(again.err()).contains("1 task runs again, as run 2");
        assertThat(again.out()).contains("FAILED", "1 of 2 tasks passed");
        awaitView(jobId, "failed", 1);
        Files.createFile(mended);
        var third = stack.millrace("retry", jobId, "--failed");
        assertThat(third.exitCode()).as(third.out() + third.err()).isZero();
        assertThat(third.out()).contains("2 of 2 tasks passed");
        awaitView(jobId, "passed", 2);

        var nothing = stack.millrace("retry", jobId, "--failed");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("all 2 tasks of job " + jobId + " passed");
        var all = stack.millrace("retry", jobId);
        assertThat(all.exitCode()).as(all.out() + all.err()).isZero();
        assertThat(all.err()).contains("2 tasks run again, as run 4");

        var events = Completions.ofJob(stack.platform().kafka(), jobId);
        assertThat(Completions.tasks(events))
                .extracting(TaskCompleted::index, TaskCompleted::run, TaskCompleted::attempts)
                .containsExactlyInAnyOrder(
                        tuple(0, 0, 1), tuple(1, 0, 1), tuple(1, 1, 2), tuple(1, 2, 3), tuple(0, 3, 2), tuple(1, 3, 4));
        assertThat(Completions.jobs(events))
                .extracting(JobCompleted::status, it -> it.run() == null ? 0 : it.run())
                .containsExactly(
                        tuple(JobStatus.FAILED, 0),
                        tuple(JobStatus.FAILED, 1),
                        tuple(JobStatus.PASSED, 2),
                        tuple(JobStatus.PASSED, 3));
        assertThat(stack.millrace("why", jobId + ".1").out())
                .contains("the job was retried; it runs again, as run 2", "as run 3", "as run 4");
        assertThat(stack.millrace("watch", jobId).exitCode())
                .as("the last run counts")
                .isZero();
    }

    @Test
    void inJobThatStillRunsShouldSaySo() {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec(
                                        "running",
                                        "apiVersion: millrace.dev/v1\nname: running\ntasks:\n"
                                                + "  - {id: s, command: [sleep, '60']}\n")
                                .toString())
                .out()
                .strip();

        var retry = stack.millrace("retry", jobId);

        assertThat(retry.exitCode()).isEqualTo(2);
        assertThat(retry.err()).contains("only what ended is retried");
        stack.millrace("cancel", jobId);
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }

    private void awaitView(String jobId, String state, int run) {
        await("the view of run " + run).atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode job = new GatewayClient(stack.gateway()).job(jobId);
            assertThat(job.path("state").asText()).isEqualTo(state);
            assertThat(job.path("run").asInt()).isEqualTo(run);
        });
    }

    private static String spec(Path mended) {
        return """
                apiVersion: millrace.dev/v1
                name: retry
                pool: retry
                defaults: {retries: 0}
                tasks:
                  - {id: sound, command: ['true']}
                  - {id: broken, command: [test, -e, '%s']}
                """
                .formatted(mended);
    }
}
