package dev.millrace.cli.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.PytestSuite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds the tests of a suite by running the project's own pytest on this machine. */
final class PytestDiscovery {
    private final Path runner;

    /** @param scratch the directory to which the runner script is written */
    PytestDiscovery(Path scratch) {
        this.runner = scratch.resolve("pytest_runner.py");
    }

    PytestSuite resolve(PytestSuite suite, LocalInputs inputs) throws EmptySuiteException {
        writeRunner();
        Path directory = inputs.localDirectory(suite.settings().directoryOrRoot(), "a pytest suite");
        inputs.put(PytestSuite.RUNNER_PATH, runner);
        var read = new ArrayList<Path>();
        List<FoundUnit> found = new DiscoveryProcess(suite, directory)
                .run(
                        out -> {
                            var command = new ArrayList<>(List.of(
                                    suite.pythonOrDefault(),
                                    runner.toString(),
                                    "discover",
                                    out.toString(),
                                    suite.groupOrDefault().name().toLowerCase(Locale.ROOT),
                                    suite.isolate() == null
                                            ? "none"
                                            : suite.isolate().name().toLowerCase(Locale.ROOT)));
                            command.addAll(suite.pathsOrNone());
                            command.add("--");
                            command.addAll(suite.argsOrNone());
                            return command;
                        },
                        out -> read(out, read));
        if (found.isEmpty()) {
            throw EmptySuiteException.ofItself(
                    "the suite '" + suite.nameOrDefault() + "' has no tests: pytest collects nothing in " + directory
                            + " from " + (suite.pathsOrNone().isEmpty() ? "its default" : suite.pathsOrNone()));
        }
        Suites.requireScopes(suite.withUnits(found), "millrace_scope");
        inputs.requireAll(read, "pytest reads it to collect the suite '" + suite.nameOrDefault() + "'");
        return suite.withUnits(found);
    }

    private void writeRunner() {
        try (InputStream in = PytestDiscovery.class.getResourceAsStream("pytest_runner.py")) {
            if (in == null) {
                throw new IllegalStateException("the runner for pytest is part of this program");
            }
            byte[] content = in.readAllBytes();
            PrivateFiles.directory(runner.resolveSibling("."));
            if (!Files.exists(runner) || !java.util.Arrays.equals(Files.readAllBytes(runner), content)) {
                Files.write(runner, content);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "cannot write " + runner + ": " + e.getMessage());
        }
    }

    /** @param files receives the files that pytest has read */
    private static List<FoundUnit> read(Path out, List<Path> files) throws IOException {
        var found = new ArrayList<FoundUnit>();
        for (String line : Files.readAllLines(out)) {
            JsonNode node = Json.MAPPER.readTree(line);
            if (node.has("file")) {
                files.add(Path.of(node.path("file").asText()));
            } else {
                found.add(new FoundUnit(
                        node.path("name").asText(),
                        node.path("tests").asInt(),
                        node.path("scope").asText(null)));
            }
        }
        return found;
    }
}
