package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner with a real pytest, and a plugin that runs a test again at once, as the plugin "flaky" does. */
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

    private List<String> cases(String test) throws Exception {
        Files.writeString(directory.resolve("conftest.py"), PLUGIN);
        Files.writeString(directory.resolve("test_x.py"), "runs = []\ndef test_before(): pass\n" + test);
        Files.writeString(directory.resolve("test_y.py"), "def test_after(): pass\n");
        Path runner = directory.resolve("runner.py");
        try (InputStream script = PytestRunnerTest.class.getResourceAsStream("pytest_runner.py")) {
            Files.copy(Objects.requireNonNull(script), runner);
        }
        var builder = new ProcessBuilder(
                        "/usr/bin/python3",
                        runner.toString(),
                        "run",
                        "test_x.py",
                        "test_y.py",
                        "--",
                        "-p",
                        "no:cacheprovider")
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
}
