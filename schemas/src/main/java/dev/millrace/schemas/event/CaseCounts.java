package dev.millrace.schemas.event;

/** Counts of test cases. Errors are cases without a result of their own, such as those of a crashed process. */
public record CaseCounts(int found, int skipped, int failed, int errors) {
    public static final CaseCounts NONE = new CaseCounts(0, 0, 0, 0);

    public CaseCounts plus(CaseCounts other) {
        return new CaseCounts(
                found + other.found, skipped + other.skipped, failed + other.failed, errors + other.errors);
    }
}
