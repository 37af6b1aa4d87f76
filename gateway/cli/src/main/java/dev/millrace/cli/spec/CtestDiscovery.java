package dev.millrace.cli.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.spec.CtestSuite;
import dev.millrace.schemas.spec.FoundUnit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Has ctest list the tests of a build directory. */
final class CtestDiscovery {
    CtestSuite resolve(CtestSuite suite, LocalInputs inputs) {
        Path root = inputs.localDirectory("", "a ctest suite");
        Path build = root.resolve(suite.dir());
        List<FoundUnit> found = new DiscoveryProcess(suite, root)
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
                            }
                            return units;
                        });
        if (found.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the suite '" + suite.nameOrDefault() + "' has no tests: ctest lists none in " + build);
        }
        return suite.resolved(suite.settings().mountedAt(root.toString()), found);
    }
}
