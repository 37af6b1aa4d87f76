package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.schemas.event.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A suite of tests. An adapter finds its units, which are then bundled into tasks. */
public sealed interface Suite permits JUnitSuite, PytestSuite, CtestSuite, GtestSuite {
    /** What of a suite is a scope if it has a set-up for all its tests. */
    enum Isolate {
        @JsonProperty("class")
        CLASS,
        @JsonProperty("module")
        MODULE
    }

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

    /** Returns what of the suite can be a scope of its own; null for nothing. */
    default @Nullable Isolate isolate() {
        return null;
    }

    /** Returns the domain of the scopes within the suite; null for that of the job. */
    default @Nullable String domain() {
        return null;
    }

    /**
     * Returns the command that sets up or tears down a class or module of the suite; it must be started in the directory of the settings.
     *
     * @param scope its name, as discovery found it
     */
    default List<String> scopeCommand(Role role, String scope) {
        throw new UnsupportedOperationException("suites of " + adapter() + " have no scopes of their own");
    }

    /** Returns whether each unit must run in its own task. */
    default boolean runsEachAlone() {
        return false;
    }
}
