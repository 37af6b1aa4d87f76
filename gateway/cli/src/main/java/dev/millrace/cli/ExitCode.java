package dev.millrace.cli;

/** The exit codes that the interfaces page documents. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int USAGE = 2;
    public static final int UNREACHABLE = 3;
    public static final int NOT_ALLOWED = 4;
    public static final int INFRASTRUCTURE = 5;
    public static final int CANCELLED = 6;
    public static final int TESTS_FAILED = 88;
    public static final int INTERRUPTED = 130;

    /** The exit code of a program that SIGPIPE ended, which is what shells expect. */
    public static final int CLOSED_PIPE = 141;

    private ExitCode() {}

    /** Returns the exit code for a job's terminal state. */
    public static int ofState(String state) {
        return switch (state) {
            case "passed" -> OK;
            case "failed" -> TESTS_FAILED;
            case "cancelled" -> CANCELLED;
            case "rejected" -> USAGE;
            default -> INFRASTRUCTURE;
        };
    }
}
