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

/** Finds the tests of a GoogleTest program, or makes the shards of a program that divides its tests itself. */
final class GtestDiscovery {
    /** The most characters that the filters of all shards of a suite may have together; each shard has the whole filter. */
    private static final int MAX_FILTERS = 4 << 20;

    private final LocalInputs inputs;

    GtestDiscovery(LocalInputs inputs) {
        this.inputs = inputs;
    }

    /** Returns the suite with the program's tests as its units, so that each task names the tests it runs. */
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

    /** Returns the suite with its shards as its units, for a program that divides its tests itself. */
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
     * Parses the program's list of tests: the line of a suite ends in a dot, and the lines of its tests are indented; the text after a hash
     * sign is a comment. A program may print other lines before the list.
     *
     * @throws CliException if there is no suite above a test, since the test would otherwise be left out without notice
     */
    static List<FoundUnit> parse(List<String> lines) {
        var found = new ArrayList<FoundUnit>();
        String suite = "";
        for (String line : lines) {
            String name = line.replaceAll("\\s+#.*$", "").stripTrailing();
            if (!line.startsWith(" ")) {
                // A suite's name may include the name of a type, which may have spaces.
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
