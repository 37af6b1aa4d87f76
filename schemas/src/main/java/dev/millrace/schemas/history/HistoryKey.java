package dev.millrace.schemas.history;

/** The history key project / suite / test. The names of project and suite contain no slash; the name of a test may. */
public record HistoryKey(String project, String suite, String test) {
    /** @throws IllegalArgumentException when {@code text} has fewer than three parts */
    public static HistoryKey parse(String text) {
        int first = text.indexOf('/');
        int second = text.indexOf('/', first + 1);
        if (first < 0 || second < 0) {
            throw new IllegalArgumentException("not a history key: " + text);
        }
        return new HistoryKey(text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
    }

    @Override
    public String toString() {
        return project + "/" + suite + "/" + test;
    }
}
