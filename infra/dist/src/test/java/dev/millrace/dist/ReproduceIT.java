package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures run again on this machine with nothing but the task's name. */
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
            // What is here now must not be what runs.
            Files.writeString(spec.resolveSibling(files[i]), "");
        }
    }

    @Test
    void inFailureThatNeedsItsInputsShouldFailHereInTheSameWay(@TempDir Path dir) throws Exception {
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
        // Alone it passes, so what was reproduced is the order.
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
    void inUnknownAttemptShouldSayWhichThereAre() throws Exception {
        submit("attempts", "tasks: [{id: t, command: ['false']}]\n");

        var again = stack.millrace("reproduce", "t", "--attempt", "7");

        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("has 1 attempts, and none with the number 7");
    }
}
