package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code millrace reproduce}, which needs only the name of a task to run its failure again on this machine. */
class ReproduceIT {
    private final SharedStack stack = SharedStack.get();

    private void submit(String name, String rest, String... files) throws Exception {
        Path spec = SharedStack.spec(
                name, "apiVersion: millrace.dev/v1\nname: " + name + "\ndefaults: {retries: 0}\n" + rest);
        for (int i = 0; i < files.length; i += 2) {
            Files.writeString(spec.resolveSibling(files[i]), files[i + 1]);
        }
        var run = stack.millrace("submit", spec.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        for (int i = 0; i < files.length; i += 2) {
            // The local files are emptied, so the failure can only be reproduced with the stored inputs.
            Files.writeString(spec.resolveSibling(files[i]), "");
        }
    }

    @Test
    void inFailureThatNeedsItsInputsShouldFailHereInTheSameWay(@TempDir Path parent) throws Exception {
        Path dir = parent.resolve("new");
        submit(
                "reproduced",
                """
                inputs: [{from: check.sh, to: bin/check.sh}, {from: data, to: data}]
                tasks:
                  - {id: t, command: [sh, bin/check.sh], env: {WANTED: green}}
                """,
                "check.sh",
                "echo it is $(cat data) and not $WANTED, attempt $MILLRACE_ATTEMPT; echo more >&2; touch made; exit 3\n",
                "data",
                "red");

        var again = stack.millrace("reproduce", "t", "-d", dir.toString(), "--keep");

        assertThat(again.exitCode()).as(again.err()).isEqualTo(88);
        assertThat(again.out()).isEqualTo("it is red and not green, attempt 1\n");
        assertThat(again.err())
                .contains("attempt 1 of 1 of t was failed on e1")
                .contains("more\n")
                .contains("here it ended as failed: the command exited with code 3")
                .contains("kept in " + dir);
        assertThat(dir.resolve(".gitignore")).hasContent("*");
        try (var files = Files.walk(dir)) {
            assertThat(files.filter(it -> it.endsWith("root/made"))).hasSize(1);
        }
    }

    @Test
    void inFailureThatDependsOnTheTestsBeforeShouldRunThemInTheSameOrder(@TempDir Path dir) throws Exception {
        submit(
                "ordered",
                """
                inputs: [{from: test_a.py, to: test_a.py}, {from: test_b.py, to: test_b.py}, {from: state.py, to: state.py}]
                suites: [{pytest: {group: file}}]
                """,
                "state.py",
                "touched = []\n",
                "test_a.py",
                "import state\ndef test_leaves_something(): state.touched.append(1)\n",
                "test_b.py",
                "import state\ndef test_needs_a_clean_place(): assert not state.touched\n");

        var again = stack.millrace("reproduce", "pytest-1", "-d", dir.toString());

        assertThat(again.exitCode()).as(again.err()).isEqualTo(88);
        assertThat(again.out()).contains("1 failed, 1 passed");
        assertThat(again.err()).contains("  failed: test_b.py test_needs_a_clean_place");
        assertThat(dir.resolve("work")).isEmptyDirectory();
        // The failing test passes when it runs alone, so the failure above came from the order of the tests.
        submit(
                "alone",
                """
                inputs: [{from: test_b.py, to: test_b.py}, {from: state.py, to: state.py}]
                suites: [{pytest: {group: file}}]
                tasks: [{id: fails, command: ['false']}]
                """,
                "state.py",
                "touched = []\n",
                "test_b.py",
                "import state\ndef test_needs_a_clean_place(): assert not state.touched\n");
        var alone = stack.millrace("reproduce", "pytest-1", "-d", dir.toString());
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        assertThat(alone.err()).contains("here it passed");
    }

    @Test
    void inAttemptThatIsNamedShouldRunThatOne(@TempDir Path dir) throws Exception {
        Path spec = SharedStack.spec(
                "twice",
                """
                apiVersion: millrace.dev/v1
                name: twice
                defaults: {retries: 1}
                tasks: [{id: t, command: [sh, -c, "echo attempt $MILLRACE_ATTEMPT; test $MILLRACE_ATTEMPT = 2"]}]
                """);
        assertThat(stack.millrace("submit", spec.toString()).exitCode()).isZero();

        var first = stack.millrace("reproduce", "t", "--attempt", "1", "-d", dir.toString());
        var decisive = stack.millrace("reproduce", "t", "-d", dir.toString());

        assertThat(first.exitCode()).as(first.err()).isEqualTo(88);
        assertThat(first.out()).isEqualTo("attempt 1\n");
        assertThat(decisive.exitCode()).as(decisive.err()).isZero();
        assertThat(decisive.out()).isEqualTo("attempt 2\n");
    }

    /**
     * The executor gets a small limit, because the disk limit of the default settings would be too large for the machine that runs this
     * test.
     */
    @Test
    void inTaskThatFillsTheDiskShouldStopItAtTheLimitOfItsExecutor(@TempDir Path dir) throws Exception {
        String pool = "small-disk";
        try (var executor =
                ExecutorProcess.start(stack, pool, "small-disk-1", 1, "executor.maxTaskDiskBytes=" + (8 << 20))) {
            await("the executor is up").atMost(Duration.ofSeconds(60)).until(executor::isReady);
            submit(
                    "fills",
                    "pool: " + pool + "\ntasks: [{id: t, command: [sh, -c, \"for i in 1 2 3 4 5 6 7 8 9; do"
                            + " head -c 4000000 /dev/zero >f$i; sleep 1; done; sleep 100\"]}]\n");

            var again = stack.millrace("reproduce", "t", "-d", dir.toString());

            assertThat(again.exitCode()).as(again.err()).isEqualTo(88);
            assertThat(again.err())
                    .contains("was limit-exceeded on small-disk-1")
                    .contains("here it ended as limit-exceeded: reached its disk limit: 8 MiB");
        }
    }

    @Test
    void inShellShouldBeWhereTheCommandWouldHaveRun(@TempDir Path dir) throws Exception {
        submit(
                "looked-at",
                "inputs: [{from: data, to: data}]\ntasks: [{id: t, command: ['false'], env: {WANTED: green}}]\n",
                "data",
                "red");
        Files.writeString(
                SharedStack.SCRATCH.resolve("looked-at.in"), "echo it is $(cat data) and not $WANTED\nexit 5\n");

        try (var shell = LaunchedProcess.start(
                "looked-at",
                Map.of(
                        "MILLRACE_GATEWAY",
                        stack.gateway().toString(),
                        "MILLRACE_STATE_DIR",
                        SharedStack.SCRATCH.resolve("state").toString()),
                "reproduce",
                "t",
                "--shell",
                "-d",
                dir.toString())) {
            assertThat(shell.exitCode()).as(shell.said()).isEqualTo(5);
            assertThat(shell.said()).contains("it is red and not green");
        }
    }

    @Test
    void inUnknownAttemptShouldSayWhichThereAre() throws Exception {
        submit("attempts", "tasks: [{id: t, command: ['false']}]\n");

        var again = stack.millrace("reproduce", "t", "--attempt", "7");

        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("has 1 attempts, and none with the number 7");
    }
}
