package dev.millrace.executor.cases;

/**
 * Limits on the kept results of a task's test cases. Lines that the platform adds to them, one for each unit at most, come on
 * top.
 *
 * @param cases lines of cases; those beyond are counted and not kept
 * @param bytes that are read; what comes later counts as left out, whatever it says
 */
public record CaseLimits(int cases, long bytes) {
    /** Lines that are no kept case take time to read all the same. */
    private static final int LINES_PER_CASE = 10;

    /** Lines that are read, whatever they say. */
    long lines(int units) {
        return (long) LINES_PER_CASE * cases + units;
    }

    /** The message for a task that had more of either. */
    String exceeded() {
        return "its results are larger than " + bytes + " bytes (executor.maxCaseBytes) or have more than "
                + LINES_PER_CASE + " lines for each case that is kept (executor.maxCases)";
    }
}
