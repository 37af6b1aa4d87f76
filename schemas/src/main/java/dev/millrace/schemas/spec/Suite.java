package dev.millrace.schemas.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A suite of tests, which an adapter finds out about and makes tasks of. */
public sealed interface Suite permits JUnitSuite, PytestSuite, CtestSuite, GtestSuite {
    /** The name of the adapter, as it is written in a spec, and of a suite that has no other. */
    String adapter();

    /** Second part of the history key. */
    String nameOrDefault();

    TaskDefaults settings();

    /** The units found; empty unless resolved. */
    List<FoundUnit> unitsOrNone();

    /** The same with other units. */
    Suite withUnits(List<FoundUnit> found);

    /** The same with other settings, such as those of the job where its own say nothing. */
    Suite withSettings(TaskDefaults other);

    /** The command that runs these units, in the directory of the settings. */
    List<String> command(List<String> units);

    /** The word for its units, in the plural. */
    String unitWord();

    /** The exit code by which the runner says that tests failed, and nothing else. */
    default int failureExitCode() {
        return 1;
    }

    /** A text in the standard output by which the runner tells of failures that its report does not have; null if there is none. */
    default @Nullable String unreportedFailure() {
        return null;
    }

    /** Whether units must not share a task. */
    default boolean runsEachAlone() {
        return false;
    }
}
