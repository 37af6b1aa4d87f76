package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a task that reports more test cases than its executor keeps. No report or command that lacks some of these cases may claim success.
 */
@Timeout(240)
class LeftOutCasesIT {
    private static final String POOL = "left-out-cases";
    private static final String NOT_KEPT = "2 lines of the results of its test cases were not kept";

    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: left-out
            pool: %s
            defaults: {retries: %d}
            inputs: [{from: test_many.py, to: test_many.py}]
            suites: [{pytest: {args: ["-p", "no:cacheprovider"]}}]
            """;

    private final SharedStack stack = SharedStack.get();

    @Test
    void whatIsNotKeptIsAnErrorOfTheReportAndOfEveryCommandThatGivesIt(@TempDir Path directory) throws Exception {
        Path spec = Files.writeString(directory.resolve("job.yaml"), SPEC.formatted(POOL, 0));
        Files.writeString(
                directory.resolve("test_many.py"),
                "import pytest\n@pytest.mark.parametrize('n', range(5))\ndef test_n(n): pass\n");
        try (var executor =
                ExecutorProcess.start(stack, POOL, POOL, 1, "executor.sandbox=process", "executor.maxCases=3")) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);

            var run = stack.millrace(
                    "run", spec.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");

            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(5);
            assertThat(run.err()).contains("PASSED", NOT_KEPT, "the results are not complete");
            assertThat(run.out())
                    .contains("tests=\"4\" failures=\"0\" errors=\"1\"", "results that were not kept", NOT_KEPT)
                    .containsPattern("(?s)(<testcase.*){4}")
                    .doesNotContainPattern("(?s)(<testcase.*){5}");
        }
        var fetched = stack.millrace("fetch", "-d", directory.resolve("fetched").toString());
        var watched = stack.millrace("watch");
        var tasks = stack.millrace("tasks");
        var job = stack.millrace("job");

        assertThat(fetched.exitCode()).as(fetched.err()).isEqualTo(5);
        assertThat(fetched.err()).contains(NOT_KEPT);
        assertThat(watched.exitCode()).as(watched.err()).isEqualTo(5);
        assertThat(watched.err()).contains(NOT_KEPT);
        assertThat(tasks.out()).contains("passed").contains(NOT_KEPT);
        assertThat(job.err()).contains("of 1 tasks were not kept");
    }

    /** A retry normally runs only the cases that failed. It must not do so if the results do not contain all cases that failed. */
    @Test
    void whatFailsAgainAndAgainBeyondWhatIsKeptIsNoFlakyPass(@TempDir Path directory) throws Exception {
        String pool = POOL + "-retried";
        Path spec = Files.writeString(directory.resolve("job.yaml"), SPEC.formatted(pool, 1));
        Files.writeString(
                directory.resolve("test_many.py"),
                """
                import os, pytest
                @pytest.mark.parametrize('n', range(5))
                def test_n(n): assert n != 4 and (n != 0 or os.environ["MILLRACE_ATTEMPT"] != "1")
                """);
        try (var executor =
                ExecutorProcess.start(stack, pool, pool, 1, "executor.sandbox=process", "executor.maxCases=3")) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);

            var run = stack.millrace(
                    "run", spec.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");

            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
            assertThat(run.err()).contains("FAILED", NOT_KEPT);
        }
    }
}
