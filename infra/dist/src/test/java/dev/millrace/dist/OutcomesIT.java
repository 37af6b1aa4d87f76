package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs one job whose tasks misbehave. The last task checks that the tasks before it left nothing in its directory. */
class OutcomesIT {
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: misbehaviour
            defaults: {retries: 0, timeout: 60s}
            tasks:
              - {id: two-gigabytes, command: [sh, -c, "head -c 2147483648 /dev/zero | tr '\\\\0' x"]}
              - {id: one-line, command: [sh, -c, "head -c 3000000 /dev/zero"]}
              - {id: ignores-term, timeout: 1s, command: [sh, -c, "sh -c 'trap \\"\\" TERM; sleep 300' & sleep 300"]}
              - {id: daemon, command: [sh, -c, "setsid sleep 300 & echo left one behind"]}
              - {id: signal, command: [sh, -c, "kill -SEGV $$"]}
              - {id: no-command, command: [there-is-no-such-command]}
              - {id: not-executable, command: [./nothing-here]}
              - {id: escape, command: [sh, -c, "echo x > file.txt"], artifacts: ["../*", "/etc/passwd", "*.txt"]}
              - {id: link, command: [sh, -c, "ln -s /etc/passwd stolen.txt; ln -s /etc dir"], artifacts: ["**"]}
              - {id: silent, silence: 500ms, command: [sleep, "60"]}
              - id: hanging-python
                timeout: 2s
                command: [python3, -c, "import time\\ndef wait_for_godot():\\n  time.sleep(300)\\nwait_for_godot()"]
              - id: hanging-java
                silence: 5s
                command:
                  - sh
                  - -c
                  - |
                    cat > Hang.java <<'END'
                    class Hang {
                      public static void main(String[] args) throws Exception { waitForGodot(); }
                      static void waitForGodot() throws Exception { Thread.sleep(300_000); }
                    }
                    END
                    # On a busy machine compiling may take longer than the silence that is granted.
                    javac Hang.java & compiler=$!
                    while kill -0 $compiler 2>/dev/null; do echo compiling; sleep 1; done
                    java Hang
              - {id: limits, command: [sh, -c, "ulimit -c; ulimit -f"]}
              - {id: exit-code, command: [sh, -c, "exit 3"]}
              - {id: environment, command: [env]}
              - {id: clean, command: [sh, -c, "test -z \\"$(ls)\\" && echo clean"]}
            """;

    private static SharedStack stack;
    private static String jobId;
    private static int exitCode;
    private static final Map<String, JsonNode> TASKS = new HashMap<>();
    private static long residentBeforeKiB;
    private static long residentAfterKiB;

    @BeforeAll
    static void runAll() throws Exception {
        stack = SharedStack.get();
        residentBeforeKiB = residentKiB();
        Path spec = SharedStack.spec("misbehaviour", SPEC);
        var run = stack.millrace(
                "run",
                spec.toString(),
                "-d",
                SharedStack.SCRATCH.resolve("misbehaviour").toString(),
                "--output",
                "json");
        residentAfterKiB = residentKiB();
        exitCode = run.exitCode();
        jobId = Json.MAPPER.readTree(run.out()).path("jobId").asText();
        for (JsonNode task : Json.MAPPER.readTree(
                stack.millrace("tasks", jobId, "--output", "json").out())) {
            TASKS.put(task.path("name").asText(), task);
        }
    }

    private static long residentKiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode task(String name) {
        JsonNode task = TASKS.get(name);
        assertThat(task).as(name).isNotNull();
        return task;
    }

    @Test
    void inTwoGigabytesOfOutputShouldKeepTheLimitAndCountTheRest() {
        JsonNode stdout = task("two-gigabytes").path("result").path("stdout");

        assertThat(task("two-gigabytes").path("outcome").asText()).isEqualTo("passed");
        assertThat(stdout.path("droppedBytes").asLong()).isEqualTo((2L << 30) - (1 << 20));
        assertThat(stdout.path("bytes").asLong()).isBetween(1L << 20, (1L << 20) + 200);
        assertThat(residentAfterKiB - residentBeforeKiB)
                .as("growth of the process that executed it, in KiB")
                .isLessThan(300 * 1024);
    }

    @Test
    void inChildThatIgnoresTermShouldKillTheWholeTreeAtTheTimeout() {
        assertThat(task("ignores-term").path("outcome").asText()).isEqualTo("timed-out");
        assertThat(task("ignores-term").path("verdict").asText()).isEqualTo("failed");
        assertThat(SharedStack.processesOf(jobId)).isEmpty();
    }

    @Test
    void inProcessLeftBehindShouldKillItAndPass() {
        assertThat(task("daemon").path("outcome").asText()).isEqualTo("passed");
        assertThat(SharedStack.processesOf(jobId)).isEmpty();
    }

    @Test
    void inLimitsOfAProcessShouldDumpNoCoreAndWriteNoFileWithoutEnd() {
        // The default of executor.maxTaskDiskBytes, in blocks of 512 bytes.
        assertThat(stack.millrace("logs", task("limits").path("id").asText()).out())
                .isEqualTo("0\n" + (10L << 30) / 512 + "\n");
    }

    @Test
    void inDeathBySignalShouldCallItCrashed() {
        assertThat(task("signal").path("outcome").asText()).isEqualTo("crashed");
        assertThat(task("signal").path("result").path("signal").asText()).isEqualTo("SIGSEGV");
    }

    @Test
    void inMissingCommandShouldSayWhichWithoutARetry() {
        assertThat(task("no-command").path("outcome").asText()).isEqualTo("not-started");
        assertThat(task("no-command").path("reason").asText()).contains("'there-is-no-such-command'");
        assertThat(task("not-executable").path("reason").asText()).contains("'./nothing-here'");
        // The attempt occupied a slot, so its owner is charged for the time.
        assertThat(task("no-command").path("result").path("durationMs").asLong())
                .isPositive();
    }

    @Test
    void inGlobsThatReachOutsideShouldLeaveThemOutAndKeepTheRest() {
        JsonNode artifacts = task("escape").path("result").path("artifacts");

        assertThat(task("escape").path("outcome").asText()).isEqualTo("passed");
        assertThat(artifacts.path("files").asInt()).isEqualTo(1);
        assertThat(artifacts.path("leftOut").toString())
                .contains("'../*' reaches outside")
                .contains("'/etc/passwd' reaches outside");
    }

    @Test
    void inLinksAsArtifactsShouldNotFollowThem() {
        JsonNode artifacts = task("link").path("result").path("artifacts");

        assertThat(artifacts.path("files").asInt()).isZero();
        assertThat(artifacts.path("leftOut").toString()).contains("'stolen.txt' is not a regular file");
    }

    @Test
    void inSilenceShouldStopAtTheSilenceTimeout() {
        assertThat(task("silent").path("outcome").asText()).isEqualTo("silent");
    }

    @Test
    void inHangOfPythonShouldSayWhere() {
        assertThat(task("hanging-python").path("outcome").asText()).isEqualTo("timed-out");
        assertThat(stack.millrace("logs", task("hanging-python").path("id").asText(), "--stream", "stderr")
                        .out())
                .contains("wait_for_godot");
    }

    @Test
    void inHangOfAJvmShouldSayWhere() {
        assertThat(task("hanging-java").path("outcome").asText()).isEqualTo("silent");
        assertThat(stack.millrace("logs", task("hanging-java").path("id").asText())
                        .out())
                .contains("Full thread dump", "Hang.waitForGodot");
    }

    @Test
    void inExitCodeShouldReportIt() {
        assertThat(task("exit-code").path("outcome").asText()).isEqualTo("failed");
        assertThat(task("exit-code").path("result").path("exitCode").asInt()).isEqualTo(3);
        assertThat(exitCode).isEqualTo(88);
    }

    @Test
    void inEnvironmentShouldShowNothingOfTheExecutorsOwn() {
        String printed =
                stack.millrace("logs", task("environment").path("id").asText()).out();

        assertThat(printed.lines().map(line -> line.substring(0, line.indexOf('='))))
                .containsExactlyInAnyOrder(
                        "PATH",
                        "HOME",
                        "TMPDIR",
                        "PWD",
                        "PYTHONFAULTHANDLER",
                        "MILLRACE_JOB",
                        "MILLRACE_TASK",
                        "MILLRACE_ATTEMPT",
                        "MILLRACE_SLOT",
                        "MILLRACE_OUT");
    }

    @Test
    void inTaskAfterAllThatShouldFindACleanDirectory() {
        assertThat(task("clean").path("outcome").asText()).isEqualTo("passed");
    }
}
