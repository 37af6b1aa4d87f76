package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.spec.CtestSuite;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.GtestSuite;
import dev.millrace.schemas.spec.JUnitSuite;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.PytestSuite;
import dev.millrace.schemas.spec.Suite;
import dev.millrace.schemas.spec.SuiteSpec;
import dev.millrace.schemas.spec.UnitFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Finds the tests of a job's suites, each with the suite's test framework.
 *
 * @param junitRunner the jar of Millrace's runner for the JUnit Platform
 * @param scratch the directory for input files that Millrace adds itself
 * @param chosen the filter that the submitting user applies to the tests of all suites
 * @param note receives a message for each suite that is left out
 */
public record Suites(Path junitRunner, Path scratch, UnitFilter chosen, Consumer<String> note) {
    /**
     * Returns the suites with their units; the job's defaults apply to settings that a suite does not have itself.
     *
     * @param mayBeEmpty whether a suite without tests is left out instead of being an error, since the user did not write the spec
     * @throws CliException when tests cannot be discovered, or nothing is left to run
     */
    List<SuiteSpec> of(JobSpec spec, LocalInputs inputs, boolean mayBeEmpty) {
        var suites = new ArrayList<SuiteSpec>();
        String nothing = null;
        for (SuiteSpec named : spec.suitesOrNone()) {
            Suite own = named.suite();
            Suite suite = own.withSettings(own.settings().over(spec.defaultsOrNone()));
            try {
                suites.add(SuiteSpec.of(found(suite, named.filter(), inputs)));
            } catch (EmptySuiteException e) {
                if (!mayBeEmpty && !e.isByChoice()) {
                    throw new CliException(ExitCode.USAGE, e.reason());
                }
                nothing = e.reason();
                note.accept("left out: " + nothing);
            }
        }
        if (nothing != null && suites.isEmpty() && spec.tasksOrNone().isEmpty()) {
            throw new CliException(ExitCode.USAGE, "nothing is left to run: " + nothing);
        }
        return suites;
    }

    private Suite found(Suite suite, UnitFilter own, LocalInputs inputs) throws EmptySuiteException {
        return suite instanceof GtestSuite gtest && gtest.shards() != null
                ? shards(gtest, own, new GtestDiscovery(inputs))
                : chosen(discovered(suite, inputs), own);
    }

    /**
     * Returns the suite with its shards. Filters apply to tests and not to shards, so with a filter the tests are found first, and every
     * shard gets the names of the accepted ones.
     */
    private GtestSuite shards(GtestSuite suite, UnitFilter own, GtestDiscovery discovery) throws EmptySuiteException {
        if (own.acceptsAll() && chosen.acceptsAll() && suite.only() == null) {
            return discovery.shards(suite);
        }
        Suite wanted = chosen(discovery.tests(suite), own);
        return discovery.shards(suite.withOnly(
                wanted.unitsOrNone().stream().map(FoundUnit::name).toList()));
    }

    private Suite discovered(Suite suite, LocalInputs inputs) throws EmptySuiteException {
        if (suite instanceof JUnitSuite junit) {
            return new JUnitDiscovery(junitRunner).resolve(junit, inputs);
        }
        if (suite instanceof PytestSuite pytest) {
            return new PytestDiscovery(scratch).resolve(pytest, inputs);
        }
        return suite instanceof GtestSuite gtest
                ? new GtestDiscovery(inputs).tests(gtest)
                : new CtestDiscovery().resolve((CtestSuite) suite, inputs);
    }

    private Suite chosen(Suite suite, UnitFilter own) throws EmptySuiteException {
        List<FoundUnit> accepted = accepted(suite, own);
        if (accepted.isEmpty()) {
            throw EmptySuiteException.ofItself(noneLeft(suite));
        }
        Suite narrowed = suite.withUnits(accepted);
        List<FoundUnit> wanted = accepted(narrowed, chosen);
        if (wanted.isEmpty()) {
            throw EmptySuiteException.byChoice(noneLeft(narrowed));
        }
        return narrowed.withUnits(wanted);
    }

    /**
     * Checks that a suite that asks for isolation has something to isolate.
     *
     * @param mark what makes a class or module a scope
     */
    static void requireScopes(Suite suite, String mark) {
        Suite.Isolate isolate = suite.isolate();
        if (isolate != null && suite.unitsOrNone().stream().noneMatch(unit -> unit.scope() != null)) {
            String what = isolate.name().toLowerCase(Locale.ROOT);
            throw new CliException(
                    ExitCode.USAGE,
                    "suite '" + suite.nameOrDefault() + "' has 'isolate: " + what + "', but no " + what + " has a "
                            + mark);
        }
    }

    private static List<FoundUnit> accepted(Suite suite, UnitFilter filter) {
        return suite.unitsOrNone().stream()
                .filter(it -> filter.accepts(it.name()))
                .toList();
    }

    private static String noneLeft(Suite suite) {
        return "none of the " + suite.unitsOrNone().size() + " " + suite.unitWord() + " of suite '"
                + suite.nameOrDefault() + "' are left, the first is "
                + suite.unitsOrNone().get(0).name();
    }
}
