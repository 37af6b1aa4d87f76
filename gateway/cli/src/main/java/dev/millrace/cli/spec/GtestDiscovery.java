package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.GtestSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/** Has a GoogleTest program list its tests, or makes shards of one that divides itself. */
final class GtestDiscovery {
    /** The limit of all filters of a suite together, since each of its shards has one. */
    private static final int MAX_FILTERS = 4 << 20;

    private final LocalInputs inputs;

    GtestDiscovery(LocalInputs inputs) {
        this.inputs = inputs;
    }

    /** The program's tests, in tasks that name them. */
    GtestSuite tests(GtestSuite suite) throws EmptySuiteException {
        Path binary = binary(suite);
        List<FoundUnit> found = new DiscoveryProcess(suite, directory(suite))
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
        List<String> only = suite.only();
        List<FoundUnit> wanted = only == null
                ? found
                : found.stream().filter(it -> only.contains(it.name())).toList();
        if (wanted.isEmpty()) {
            throw EmptySuiteException.ofItself(
                    "the suite '" + suite.nameOrDefault() + "' has none of the tests in its 'only'");
        }
        if (only != null && wanted.size() < only.size()) {
            var names = new LinkedHashSet<>(only);
            wanted.forEach(it -> names.remove(it.name()));
            if (!names.isEmpty()) {
                throw new CliException(
                        ExitCode.USAGE,
                        "the suite '" + suite.nameOrDefault() + "' has no test '"
                                + names.iterator().next() + "', which its 'only' names");
            }
        }
        return suite.undivided().withUnits(wanted);
    }

    /** The parts of a program that divides itself. */
    GtestSuite shards(GtestSuite suite) {
        binary(suite);
        List<String> only = suite.only();
        int characters = only == null ? 0 : String.join(":", only).length();
        if (characters > GtestSuite.MAX_FILTER
                || (long) characters * Objects.requireNonNull(suite.shards()) > MAX_FILTERS) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the tests chosen of suite '" + suite.nameOrDefault()
                            + "' are too many to name to every shard; leave out 'shards'");
        }
        return suite.withUnits(
                suite.shardNames().stream().map(name -> new FoundUnit(name, 1)).toList());
    }

    private Path directory(GtestSuite suite) {
        return inputs.localDirectory(suite.settings().directoryOrRoot(), "a gtest suite");
    }

    private Path binary(GtestSuite suite) {
        Path binary = directory(suite).resolve(suite.binary());
        if (!Files.isExecutable(binary)) {
            throw new CliException(
                    ExitCode.USAGE, "the program '" + suite.binary() + "' is no executable input (" + binary + ")");
        }
        inputs.requireAll(List.of(binary), "it is the program of suite '" + suite.nameOrDefault() + "'");
        return binary;
    }

    /**
     * Suites end in a dot, their tests are indented; what follows a hash sign is a remark. A program may print something else before.
     *
     * @throws CliException when there is a test under nothing that is a suite: without its suite it would be left out
     */
    static List<FoundUnit> parse(List<String> lines) {
        var found = new ArrayList<FoundUnit>();
        String suite = "";
        for (String line : lines) {
            String name = line.replaceAll("\\s+#.*$", "").stripTrailing();
            if (!line.startsWith(" ")) {
                // The name of a type in it may have spaces.
                suite = name.endsWith(".") ? name : "";
            } else if (!suite.isEmpty()) {
                found.add(new FoundUnit(suite + name.strip(), 1));
            } else if (name.matches("  \\S+")) {
                throw new CliException(ExitCode.USAGE, "the program lists a test '" + name.strip() + "' of no suite");
            }
        }
        return found;
    }
}
