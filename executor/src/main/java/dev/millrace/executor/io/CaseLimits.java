package dev.millrace.executor.io;

/**
 * How much is kept of the results of a task's test cases. What the platform adds to them, a line for each unit at most, comes on
 * top.
 *
 * @param cases lines of cases; those beyond are counted and not kept
 * @param bytes that are read; what comes later counts as left out, whatever it says
 */
public record CaseLimits(int cases, long bytes) {
    /** What is no case that is kept takes time to read all the same. */
    private static final int LINES_PER_CASE = 10;

    /** Lines that are read, whatever they say. */
    long lines(int units) {
        return (long) LINES_PER_CASE * cases + units;
    }

    /** What to tell whoever had more of either. */
    String exceeded() {
        return "its results are larger than " + bytes + " bytes (executor.maxCaseBytes) or have more than "
                + LINES_PER_CASE + " lines for each case that is kept (executor.maxCases)";
    }
}
