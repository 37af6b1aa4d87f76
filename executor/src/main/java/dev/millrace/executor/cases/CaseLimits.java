package dev.millrace.executor.cases;

/**
 * Limits on the kept results of a task's test cases. Lines that are always kept, at most a few for each unit, do not count.
 *
 * @param cases how many case lines are kept; further ones are only counted
 * @param bytes how many bytes are read; all lines after them count as left out, whatever they contain
 */
public record CaseLimits(int cases, long bytes) {
    /** Lines that are not kept need time to be read too, so their number is limited. */
    private static final int LINES_PER_CASE = 10;

    /** Returns how many lines are read, whatever they contain. */
    long lines(int units) {
        return (long) LINES_PER_CASE * cases + units;
    }

    /** Returns the message for a task whose results exceed one of these limits. */
    String exceeded() {
        return "its results are larger than " + bytes + " bytes (executor.maxCaseBytes) or have more than "
                + LINES_PER_CASE + " lines for each case that is kept (executor.maxCases)";
    }
}
