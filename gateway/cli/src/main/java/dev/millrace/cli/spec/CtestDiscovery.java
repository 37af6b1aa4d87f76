package dev.millrace.cli.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.CtestSuite;
import dev.millrace.schemas.spec.FoundUnit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the tests of a build directory by running ctest. */
final class CtestDiscovery {
    CtestSuite resolve(CtestSuite suite, LocalInputs inputs) throws EmptySuiteException {
        Path root = inputs.localDirectory("", "a ctest suite");
        Path directory = root.resolve(suite.settings().directoryOrRoot()).normalize();
        Path build = directory.resolve(suite.dir()).normalize();
        var programs = new ArrayList<Path>();
        List<FoundUnit> found = new DiscoveryProcess(suite, directory)
                .run(
                        out -> {
                            var command = new ArrayList<>(
                                    List.of("ctest", "--test-dir", build.toString(), "--show-only=json-v1"));
                            command.addAll(suite.argsOrNone());
                            return command;
                        },
                        out -> {
                            var units = new ArrayList<FoundUnit>();
                            for (JsonNode test :
                                    Json.MAPPER.readTree(out.toFile()).path("tests")) {
                                units.add(new FoundUnit(test.path("name").asText(), 1));
                                // Programs that are installed on the machine or that were never built do not count.
                                Path program = directory.resolve(
                                        test.path("command").path(0).asText());
                                if (program.startsWith(root) && Files.isRegularFile(program)) {
                                    programs.add(program);
                                }
                            }
                            return units;
                        });
        if (found.isEmpty()) {
            throw EmptySuiteException.ofItself(
                    "the suite '" + suite.nameOrDefault() + "' has no tests: ctest lists none in " + build);
        }
        inputs.requireAll(programs, "a test of suite '" + suite.nameOrDefault() + "' starts it");
        return suite.withSettings(suite.settings().mountedAt(root.toString())).withUnits(found);
    }
}
