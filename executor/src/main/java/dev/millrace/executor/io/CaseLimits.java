package dev.millrace.executor.io;

/**
 * How much is kept of the results of a task's test cases. What the platform adds to them, a line for each unit at most, comes on
 * top.
 *
 * @param cases lines of cases; those beyond are counted and not kept
 * @param bytes that are read; what comes later counts as left out, whatever it says
 */
public record CaseLimits(int cases, long bytes) {
    /** What to tell whoever had more bytes. */
    String exceeded() {
        return "its results are larger than " + bytes + " bytes (executor.maxCaseBytes)";
    }
}
