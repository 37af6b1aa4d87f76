package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.GtestSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Has a GoogleTest program list its tests, unless it divides itself. */
final class GtestDiscovery {
    GtestSuite resolve(GtestSuite suite, LocalInputs inputs) throws EmptySuiteException {
        Path directory = inputs.localDirectory(suite.settings().directoryOrRoot(), "a gtest suite");
        Path binary = directory.resolve(suite.binary());
        if (!Files.isExecutable(binary)) {
            throw new CliException(
                    ExitCode.USAGE, "the program '" + suite.binary() + "' is no executable input (" + binary + ")");
        }
        inputs.requireAll(List.of(binary), "it is the program of suite '" + suite.nameOrDefault() + "'");
        Integer shards = suite.shards();
        if (shards != null) {
            return suite.withUnits(GtestSuite.shardNames(shards).stream()
                    .map(name -> new FoundUnit(name, 1))
                    .toList());
        }
        List<FoundUnit> found = new DiscoveryProcess(suite, directory)
                .run(
                        out -> {
                            var command = new ArrayList<>(List.of(binary.toString(), "--gtest_list_tests"));
                            command.addAll(suite.argsOrNone());
                            return command;
                        },
                        out -> parse(Files.readAllLines(out)));
        if (found.isEmpty()) {
            throw EmptySuiteException.ofItself(
                    "the suite '" + suite.nameOrDefault() + "' has no tests: " + binary + " lists none");
        }
        return suite.withUnits(found);
    }

    /** Suites end in a dot, their tests are indented; what follows a hash sign is a remark. */
    static List<FoundUnit> parse(List<String> lines) {
        var found = new ArrayList<FoundUnit>();
        String suite = "";
        for (String line : lines) {
            String name = line.replaceAll("\\s+#.*$", "").stripTrailing();
            if (!line.startsWith(" ")) {
                suite = name.matches("\\S+\\.") ? name : "";
            } else if (!suite.isEmpty()) {
                found.add(new FoundUnit(suite + name.strip(), 1));
            }
        }
        return found;
    }
}
