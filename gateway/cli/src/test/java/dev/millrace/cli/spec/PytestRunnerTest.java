package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the runner with a real pytest and a plugin that immediately repeats some tests, as the plugin "flaky" does. */
class PytestRunnerTest {
    private static final String PLUGIN =
            """
            import os
            import pytest
            from _pytest.runner import runtestprotocol

            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_protocol(item, nextitem):
                if "again" not in item.name:
                    return None
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                first = runtestprotocol(item, nextitem=nextitem, log=False)
                item.ihook.pytest_runtest_logreport(report=first[-1])
                if "crashes" in item.name:
                    os._exit(3)
                for report in runtestprotocol(item, nextitem=nextitem, log=False):
                    item.ihook.pytest_runtest_logreport(report=report)
                item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
                return True
            """;

    private final Path directory;

    PytestRunnerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private List<String> cases(String test, String... otherUnits) throws Exception {
        return cases(List.of(), test, otherUnits);
    }

    private List<String> cases(List<String> arguments, String test, String... otherUnits) throws Exception {
        Files.writeString(directory.resolve("conftest.py"), PLUGIN);
        Files.writeString(directory.resolve("test_x.py"), "runs = []\ndef test_before(): pass\n" + test);
        Files.writeString(directory.resolve("test_y.py"), "def test_after(): pass\n");
        Path runner = directory.resolve("runner.py");
        try (InputStream script = PytestRunnerTest.class.getResourceAsStream("pytest_runner.py")) {
            Files.copy(Objects.requireNonNull(script), runner);
        }
        var command = new ArrayList<>(List.of("/usr/bin/python3", runner.toString(), "run", "test_x.py", "test_y.py"));
        for (String unit : otherUnits) {
            Files.writeString(directory.resolve(unit), "def test_gone(): pass\n");
            command.add(unit);
        }
        command.addAll(List.of("--", "-p", "no:cacheprovider", "--deselect", "test_z.py::test_gone"));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile());
        builder.environment().put("MILLRACE_OUT", directory.toString());
        builder.environment().remove("MILLRACE_RETRY");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(directory.resolve(".millrace/cases.jsonl"));
    }

    private static boolean isFinished(String line, String unit) {
        return line.contains("\"unit\": \"" + unit + "\"") && line.contains("\"finished\"");
    }

    @Test
    void inTestThatRunsAgainShouldTellTheLastOutcome() throws Exception {
        List<String> cases = cases("def test_again():\n    runs.append(1)\n    assert len(runs) > 1\n");

        assertThat(cases)
                .filteredOn(line -> line.contains("test_again"))
                .singleElement()
                .asString()
                .contains("\"passed\"");
        assertThat(cases)
                .anyMatch(line -> isFinished(line, "test_x.py"))
                .anyMatch(line -> isFinished(line, "test_y.py"));
    }

    @Test
    void inTestThatEndsTheProcessWhenItRunsAgainShouldNotBeDone() throws Exception {
        List<String> cases = cases("def test_again_crashes():\n    assert 0\n");

        assertThat(cases).singleElement().asString().contains("test_before");
    }

    @Test
    void inSkippedTestWhoseTeardownFailsShouldTellTheError() throws Exception {
        List<String> cases = cases(
                """
                import pytest
                @pytest.fixture(autouse=True, scope="module")
                def leaks():
                    yield
                    raise RuntimeError("leaked")
                @pytest.mark.skip
                def test_skipped(): pass
                """);

        assertThat(cases)
                .filteredOn(line -> line.contains("\"case\": \"test_skipped\""))
                .singleElement()
                .asString()
                .contains("\"error\"", "leaked");
        assertThat(cases)
                .as("another test may have leaked")
                .anyMatch(PytestRunnerTest::settlesNothing)
                .noneMatch(line -> line.contains("\"id\""));
    }

    private static boolean settlesNothing(String line) {
        return line.contains("\"settles-nothing\"");
    }

    @Test
    void inSkippedTestsShouldTellWhatTheSuiteDeclares() throws Exception {
        List<String> cases = cases(
                """
                import pytest
                @pytest.mark.skip
                def test_marked(): pass
                @pytest.mark.skipif(True, reason="always")
                class TestAll:
                    def test_in_class(self): pass
                @pytest.mark.xfail
                def test_expected(): assert 0
                @pytest.mark.skipif(False, reason="never")
                def test_inside(): pytest.skip("for now")
                @pytest.fixture
                def database():
                    pytest.skip("none here")
                @pytest.mark.skipif(False, reason="never")
                def test_fixture(database): pass
                @pytest.mark.xfail
                def test_xfail_inside(): pytest.skip("for now")
                @pytest.mark.xfail
                def test_xfail_called(): pytest.xfail("for now")
                state = []
                @pytest.mark.skipif("not state", reason="evaluated while tests run")
                def test_text(): pass
                """);

        assertThat(cases)
                .filteredOn(line -> line.contains("\"declared\": true"))
                .hasSize(3)
                .anyMatch(line -> line.contains("test_marked"))
                .anyMatch(line -> line.contains("test_in_class"))
                .anyMatch(line -> line.contains("test_expected"));
        assertThat(cases)
                .filteredOn(line -> line.contains("\"ran\": true"))
                .singleElement()
                .asString()
                .contains("test_expected");
    }

    @Test
    void inWorkersShouldFinishTheUnitsThatTheyHaveRun() throws Exception {
        List<String> cases = cases(List.of("-n", "2"), "def test_fails(): assert 0\n");

        assertThat(cases)
                .anyMatch(line -> isFinished(line, "test_x.py"))
                .anyMatch(line -> isFinished(line, "test_y.py"))
                .anyMatch(line -> line.contains("\"id\": \"test_x.py::test_fails\""))
                .noneMatch(PytestRunnerTest::settlesNothing);
    }

    @Test
    void inGroupsOfWorkersShouldKnowTheTestsByTheirNames() throws Exception {
        List<String> cases = cases(
                List.of("-n", "2", "--dist", "loadgroup"),
                """
                import pytest
                @pytest.mark.xdist_group("db")
                @pytest.mark.parametrize("at", ["a@b"])
                def test_grouped(at): assert 0
                """);

        assertThat(cases)
                .anyMatch(line -> isFinished(line, "test_x.py"))
                .anyMatch(line -> line.contains("\"case\": \"test_grouped[a@b]\""));
    }

    @Test
    void inGroupsOfWorkersShouldLeaveAtSignsOfDirectoriesAlone() throws Exception {
        Files.createDirectory(directory.resolve("a@b"));

        List<String> cases = cases(List.of("-n", "2", "--dist", "loadgroup"), "", "a@b/test_v.py");

        assertThat(cases)
                .anyMatch(line -> isFinished(line, "a@b/test_v.py"))
                .anyMatch(line -> line.contains("\"class\": \"a@b/test_v.py\"") && line.contains("\"test_gone\""));
    }

    /** When its workers collect different tests, pytest-xdist runs no test at all and exits with the code for failed tests. */
    @Test
    void inWorkersThatCollectDifferentTestsShouldFinishNoUnit() throws Exception {
        List<String> cases = cases(
                List.of("-n", "2"),
                """
                import os, pytest
                @pytest.mark.parametrize("pid", [os.getpid()])
                def test_differs(pid): pass
                """);

        assertThat(cases).anyMatch(PytestRunnerTest::settlesNothing).noneMatch(line -> isFinished(line, "test_y.py"));
    }

    /** Reports the crash as pytest-xdist does: with a single report that belongs to no phase of the test. */
    @Test
    void inTestThatCrashedAWorkerShouldTellTheCrash() throws Exception {
        List<String> cases = cases(
                """
                import pytest
                def test_crashed(request):
                    from _pytest.reports import TestReport
                    item = request.node
                    report = TestReport("test_z.py::test_gone", item.location, {}, "failed", "worker crashed", "???")
                    item.ihook.pytest_runtest_logreport(report=report)
                """,
                "test_z.py");

        assertThat(cases)
                .filteredOn(line -> line.contains("\"case\": \"test_gone\""))
                .singleElement()
                .asString()
                .contains("\"error\"", "worker crashed");
        assertThat(cases).as("another test may be to blame").anyMatch(PytestRunnerTest::settlesNothing);
    }
}
