package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A retry runs only the cases that failed. Some test suites here contain cases that pass only in the first attempt, so running them again
 * would be noticed.
 */
class RetryCasesIT {
    private static final Path LIB = SharedStack.ROOT.resolve("examples/commons-lang3/target/lib");
    private final SharedStack stack = SharedStack.get();

    private JsonNode attempts(String task) throws Exception {
        JsonNode job =
                Json.MAPPER.readTree(stack.millrace("tasks", "--output", "json").out());
        String id = "";
        for (JsonNode it : job) {
            id = it.path("name").asText().equals(task) ? it.path("id").asText() : id;
        }
        var request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/tasks/" + id + "/attempts"))
                .build();
        String found = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return Json.MAPPER.readTree(found).path("attempts");
    }

    /** Runs these modules as the only task of a job with one retry, and prints their JUnit XML. */
    private SharedStack.Result pytest(Path directory, Map<String, String> modules) throws Exception {
        for (Map.Entry<String, String> module : modules.entrySet()) {
            Files.writeString(directory.resolve(module.getKey()), module.getValue());
        }
        String inputs = modules.keySet().stream()
                .sorted()
                .map(name -> "{from: " + name + ", to: " + name + "}")
                .collect(Collectors.joining(", "));
        Path spec = Files.writeString(
                directory.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: retried-pytest
                defaults: {retries: 1}
                inputs: [%s]
                suites: [{pytest: {}}]
                """
                        .formatted(inputs));
        return stack.millrace(
                "run", spec.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");
    }

    private void assertRetried(SharedStack.Result run, int cases, String task) throws Exception {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("tests=\"" + cases + "\" failures=\"0\" errors=\"0\"");
        JsonNode attempts = attempts(task);
        assertThat(attempts).hasSize(2);
        assertThat(attempts.get(1).path("result").path("retryOf"))
                .isEqualTo(attempts.get(0).path("result").path("cases"));
        assertThat(attempts.get(1).path("result").path("counts").path("found").asInt())
                .isEqualTo(cases);
    }

    @Test
    void inPytestShouldRunTheFailedCasesAlone(@TempDir Path directory) throws Exception {
        var run = pytest(
                directory,
                Map.of(
                        "test_mixed.py",
                        """
                import os, pytest
                FIRST = os.environ.get("MILLRACE_ATTEMPT") == "1"
                def test_once(): assert FIRST
                @pytest.mark.parametrize("word", ["fine", "bad::one"])
                def test_flaky(word): assert not FIRST or word == "fine"
                """,
                        "test_settled.py",
                        "import os\ndef test_settled(): assert os.environ['MILLRACE_ATTEMPT'] == '1'\n"));

        assertRetried(run, 4, "pytest-1");
        assertThat(stack.millrace("logs", "pytest-1").out()).contains("2 passed, 1 deselected");
        var again = stack.millrace(
                "reproduce", "pytest-1", "-d", directory.resolve("again").toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("2 passed, 1 deselected");
    }

    /**
     * One case fails only in the first attempt. Importing the other module makes the process crash when it exits, in every attempt. The
     * retry must run that module again, and so find the crash again.
     */
    @Test
    void inPytestShouldNotForgetACrashAtTheEndOfTheProcess(@TempDir Path directory) throws Exception {
        var run = pytest(
                directory,
                Map.of(
                        "test_flaky.py",
                        "import os\ndef test_flaky(): assert os.environ['MILLRACE_ATTEMPT'] != '1'\n",
                        "test_crash.py",
                        """
                import atexit, os, signal
                if "MILLRACE_ATTEMPT" in os.environ: atexit.register(lambda: os.kill(os.getpid(), signal.SIGABRT))
                def test_passes(): pass
                """));

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
        JsonNode attempts = attempts("pytest-1");
        assertThat(attempts).hasSize(2);
        assertThat(attempts.get(1).path("result").path("signal").asText()).isEqualTo("SIGABRT");
        assertThat(run.out()).contains("errors=\"1\"", "end of the task", "SIGABRT");
    }

    /**
     * One case fails whenever all cases run, but skips itself if the case before it did not run. A retry of the failed cases alone would
     * skip it and so hide the failure.
     */
    @Test
    void inPytestShouldNotForgetAFailureThatIsSkippedInTheRetry(@TempDir Path directory) throws Exception {
        assertFails(
                directory,
                """
                import pytest
                state = {}
                def test_makes(): state["made"] = True
                def test_needs():
                    if "made" not in state: pytest.skip("nothing was made")
                    assert False
                """);
    }

    /** One case would fail, but skips itself in the first attempt because the case before it failed. The retry must run it too. */
    @Test
    void inPytestShouldRunWhatWasSkippedForAFailure(@TempDir Path directory) throws Exception {
        assertFails(
                directory,
                """
                import os, pytest
                state = {}
                def test_flaky():
                    assert os.environ.get("MILLRACE_ATTEMPT", "1") != "1"
                    state["made"] = True
                def test_needs():
                    if "made" not in state: pytest.skip("nothing was made")
                    assert False
                """);
    }

    /**
     * One case skips itself because another case failed. It also needs a third case, which passed. If the retry ran only the failed and the
     * skipped case, the skipped case would skip itself again and its own failure would stay hidden.
     */
    @Test
    void inPytestShouldNotForgetWhatNeverRan(@TempDir Path directory) throws Exception {
        assertFails(
                directory,
                """
                import os, pytest
                state = set()
                def test_creates(): state.add("made")
                def test_updates():
                    assert os.environ.get("MILLRACE_ATTEMPT", "1") != "1"
                    state.add("updated")
                def test_deletes():
                    if state != {"made", "updated"}: pytest.skip("nothing to delete")
                    assert False
                """);
    }

    /**
     * The same parameter fails in each attempt, but the retry has the parameters in another order, so the numbers in the names of the cases
     * do not identify the parameters.
     */
    @Test
    void inPytestShouldRunAllParametersOfAFunctionAgain(@TempDir Path directory) throws Exception {
        assertFails(
                directory,
                """
                import os, pytest
                bad = [{"fails": True}]
                good = [{"fails": False}]
                @pytest.mark.parametrize("value", bad + good if os.environ.get("MILLRACE_ATTEMPT", "1") == "1" else good + bad)
                def test_value(value): assert not value["fails"]
                """);
    }

    private void assertFails(Path directory, String test) throws Exception {
        var run = pytest(directory, Map.of("test_skips.py", test));

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
        assertThat(attempts("pytest-1")).hasSize(2);
    }

    /**
     * One module passes but leaves a thread running. While the next module runs, this thread ends the process with the exit code for failed
     * tests. The retry must run both modules to find the failure again.
     */
    @Test
    void inPytestShouldNotForgetWhoEndedTheProcess(@TempDir Path directory) throws Exception {
        var run = pytest(
                directory,
                Map.of(
                        "test_a.py",
                        """
                import os, threading
                def test_leaves_a_timer(): threading.Timer(0.5, lambda: os._exit(1)).start()
                """,
                        "test_b.py",
                        "import time\ndef test_takes_a_while(): time.sleep(2)\n"));

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
        assertThat(attempts("pytest-1")).hasSize(2);
    }

    /**
     * The parameters change between attempts: the case that failed does not exist in the second attempt, and a new case fails there
     * instead.
     */
    @Test
    void inPytestShouldNotForgetAFailedCaseThatIsGone(@TempDir Path directory) throws Exception {
        var run = pytest(
                directory,
                Map.of(
                        "test_gone.py",
                        """
                import os, pytest
                FIRST = os.environ.get("MILLRACE_ATTEMPT", "1") == "1"
                def test_flaky(): assert not FIRST
                @pytest.mark.parametrize("word", ["a", "b"] if FIRST else ["c"])
                def test_comes_and_goes(word): assert word == "a"
                """));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(run.out())
                .contains("test_comes_and_goes[b]", "it failed before and did not run when it was tried again")
                .contains("failures=\"1\" errors=\"1\"");
    }

    @Test
    void inJUnitShouldNotForgetAFailedCaseThatIsGone(@TempDir Path directory) throws Exception {
        Path spec = junit(
                directory,
                "gone-junit",
                """
                import static org.junit.jupiter.api.Assertions.*;
                import java.util.stream.IntStream;
                import org.junit.jupiter.api.*;
                import org.junit.jupiter.params.ParameterizedTest;
                import org.junit.jupiter.params.provider.MethodSource;
                class GoneTest {
                    static final boolean FIRST = System.getenv("MILLRACE_ATTEMPT").equals("1");
                    static IntStream numbers() { return FIRST ? IntStream.of(1, 2, 3) : IntStream.of(1, 4); }
                    @Test void flaky() { assertFalse(FIRST); }
                    @ParameterizedTest @MethodSource("numbers") void comesAndGoes(int i) { assertTrue(i < 3); }
                }
                """);

        var run = stack.millrace(
                "run", spec.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(88);
        assertThat(run.out())
                .contains("comesAndGoes(int)[3]", "it failed before and did not run when it was tried again")
                .contains("failures=\"1\" errors=\"1\"");
    }

    /**
     * JUnit names the cases of a parameterized test by number, and the provider may return the parameters in another order in the retry.
     */
    @Test
    void inJUnitShouldRunAllParametersOfAMethodAgain(@TempDir Path directory) throws Exception {
        Path spec = junit(
                directory,
                "another-order",
                """
                import static org.junit.jupiter.api.Assertions.*;
                import java.util.stream.IntStream;
                import org.junit.jupiter.params.ParameterizedTest;
                import org.junit.jupiter.params.provider.MethodSource;
                class OrderTest {
                    static final boolean FIRST = System.getenv("MILLRACE_ATTEMPT").equals("1");
                    static IntStream numbers() { return FIRST ? IntStream.of(1, 2, 3) : IntStream.of(3, 1, 2); }
                    @ParameterizedTest @MethodSource("numbers") void alwaysFailsForThree(int i) { assertTrue(i < 3); }
                }
                """);

        var run = stack.millrace(
                "run", spec.toString(), "-d", directory.resolve("out").toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(88);
    }

    private static Path junit(Path directory, String name, String source) throws Exception {
        Path file = Files.writeString(directory.resolve("Source.java"), source);
        Path classes = Files.createDirectory(directory.resolve("classes"));
        String path =
                LIB.resolve("junit-platform-console-standalone-1.13.4.jar").toString();
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-cp", path, "-d", classes.toString(), file.toString()))
                .isZero();
        return Files.writeString(
                directory.resolve("job.yaml"),
                """
                apiVersion: millrace.dev/v1
                name: %s
                defaults: {retries: 1}
                inputs: [{from: classes, to: classes}, {from: %s, to: lib/console.jar}]
                suites: [{junit: {classpath: [lib/console.jar, classes], scan: [classes]}}]
                """
                        .formatted(name, path));
    }

    @Test
    void inJUnitShouldRunTheFailedCasesAlone(@TempDir Path directory) throws Exception {
        Path spec = junit(
                directory,
                "retried-junit",
                """
                import static org.junit.jupiter.api.Assertions.*;
                import org.junit.jupiter.api.*;
                import org.junit.jupiter.params.ParameterizedTest;
                import org.junit.jupiter.params.provider.ValueSource;
                class MixedTest {
                    static final boolean FIRST = System.getenv("MILLRACE_ATTEMPT").equals("1");
                    @Test void once() { assertTrue(FIRST); }
                    @ParameterizedTest @ValueSource(ints = {1, 2, 3}) void flaky(int i) { assertTrue(!FIRST || i != 2); }
                    @Nested class Inner { @Test void flaky() { assertFalse(FIRST); } }
                }
                class SettledTest { @Test void settled() { assertTrue(MixedTest.FIRST); } }
                """);

        var run = stack.millrace(
                "run", spec.toString(), "-d", directory.resolve("out").toString(), "--output", "junit");

        assertRetried(run, 6, "junit-1");
        assertThat(List.of(run.out().split("<testcase "))).hasSize(7);
    }
}
