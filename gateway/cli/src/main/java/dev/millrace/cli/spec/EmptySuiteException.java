package dev.millrace.cli.spec;

/** A suite has nothing to run; the message is for the user. */
final class EmptySuiteException extends Exception {
    private final boolean byChoice;

    private EmptySuiteException(String message, boolean byChoice) {
        super(message, null, false, false);
        this.byChoice = byChoice;
    }

    /** The suite itself has no tests. */
    static EmptySuiteException ofItself(String reason) {
        return new EmptySuiteException(reason, false);
    }

    /** The suite has tests, but the user has chosen none of them when choosing among the tests of all suites. */
    static EmptySuiteException byChoice(String reason) {
        return new EmptySuiteException(reason, true);
    }

    boolean isByChoice() {
        return byChoice;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
