package dev.millrace.schemas.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A suite of tests. An adapter finds its units, which are then bundled into tasks. */
public sealed interface Suite permits JUnitSuite, PytestSuite, CtestSuite, GtestSuite {
    /** Returns the name of the adapter, as it is written in a spec; also the default name of the suite. */
    String adapter();

    /** Returns the name of the suite, which is the second part of the history key. */
    String nameOrDefault();

    TaskDefaults settings();

    /** Returns the units found; empty before discovery. */
    List<FoundUnit> unitsOrNone();

    /** Returns the same suite with other units. */
    Suite withUnits(List<FoundUnit> found);

    /** Returns the same suite with other settings, for example with its own settings completed by the defaults of the job. */
    Suite withSettings(TaskDefaults other);

    /** Returns the command that runs these units; it must be started in the directory of the settings. */
    List<String> command(List<String> units);

    /** Returns the plural noun for the units of this suite, for messages. */
    String unitWord();

    /** Returns the exit code of the runner that means that tests failed, and that nothing else went wrong. */
    default int failureExitCode() {
        return 1;
    }

    /**
     * Returns a text that the runner prints to standard output when there is a failure that its report does not contain; null if the report
     * contains all failures.
     */
    default @Nullable String unreportedFailure() {
        return null;
    }

    /** Returns whether each unit must run in its own task. */
    default boolean runsEachAlone() {
        return false;
    }
}
