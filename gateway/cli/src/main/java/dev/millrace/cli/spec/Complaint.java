package dev.millrace.cli.spec;

import java.util.ArrayList;
import java.util.List;

/** Shortens the output of a program that failed, so that the user sees the reason first. Has no side effects. */
final class Complaint {
    private static final int MOST_LINE = 500;
    private static final int MOST_LINES = 40;
    private static final String CAUSED_BY = "Caused by: ";

    private Complaint() {}

    /**
     * Returns the first line and, if there is a stack trace with causes, its last cause. If there are more lines, the whole output follows,
     * or only its beginning and its end if it is long.
     */
    static String of(String said) {
        List<String> lines =
                said.lines().filter(line -> !line.isBlank()).map(Complaint::cut).toList();
        if (lines.isEmpty()) {
            return "the program said nothing";
        }
        var text = new ArrayList<String>();
        text.add(lines.get(0));
        lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(CAUSED_BY))
                .reduce((earlier, later) -> later)
                .ifPresent(text::add);
        if (lines.size() > 1) {
            text.add("It said:");
            if (lines.size() <= MOST_LINES) {
                text.addAll(lines);
            } else {
                int half = MOST_LINES / 2;
                text.addAll(lines.subList(0, half));
                text.add("… " + (lines.size() - MOST_LINES) + " lines more …");
                text.addAll(lines.subList(lines.size() - half, lines.size()));
            }
        }
        return String.join("\n", text);
    }

    private static String cut(String line) {
        return line.length() <= MOST_LINE ? line : line.substring(0, MOST_LINE) + " …";
    }
}
