package dev.millrace.executor.io;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of paths as {@link java.nio.file.FileSystem#getPathMatcher} knows it: {@code *} within a name, {@code **} across
 * names, {@code ?}, {@code [a-z]}, {@code [!a]}, alternatives in braces, a backslash before what is meant as it is. Names are a
 * task's, so matching takes time in proportion to their length, whatever the pattern; that is why it is not the JDK's.
 */
final class Glob {
    private static final int MAX_ALTERNATIVES = 64;
    private static final char SEPARATOR = '/';

    /** One step of a pattern: a character that {@code accepts}, once or any number of times. */
    private record Step(IntPredicate accepts, boolean repeats) {}

    private final List<List<Step>> alternatives = new ArrayList<>();

    /** @throws PatternSyntaxException when it is not a glob */
    Glob(String pattern) {
        var expanded = new ArrayList<String>();
        expand(pattern, "", pattern, expanded);
        expanded.forEach(it -> alternatives.add(steps(it, pattern)));
    }

    /** Writes out the first pair of braces, and what is left of each result. */
    private static void expand(String whole, String before, String rest, List<String> out) {
        int open = find(rest, 0, '{');
        if (open < 0) {
            if (out.size() == MAX_ALTERNATIVES) {
                throw new PatternSyntaxException("More than " + MAX_ALTERNATIVES + " alternatives", whole, -1);
            }
            out.add(before + rest);
            return;
        }
        int close = find(rest, open + 1, '}');
        int inner = find(rest, open + 1, '{');
        if (close < 0 || (inner >= 0 && inner < close)) {
            throw new PatternSyntaxException(close < 0 ? "Missing '}'" : "Cannot nest groups", whole, open);
        }
        int from = open + 1;
        while (from <= close) {
            int comma = find(rest, from, ',');
            int to = comma < 0 || comma > close ? close : comma;
            expand(whole, before + rest.substring(0, open) + rest.substring(from, to), rest.substring(close + 1), out);
            from = to + 1;
        }
    }

    /** Where a character is that neither stands behind a backslash nor in brackets. */
    private static int find(String text, int from, char wanted) {
        boolean inBrackets = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (inBrackets) {
                inBrackets = c != ']';
            } else if (c == wanted) {
                return i;
            } else {
                inBrackets = c == '[';
            }
        }
        return -1;
    }

    private static List<Step> steps(String text, String whole) {
        var steps = new ArrayList<Step>();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*') {
                boolean across = i + 1 < text.length() && text.charAt(i + 1) == '*';
                i += across ? 1 : 0;
                steps.add(new Step(across ? it -> true : it -> it != SEPARATOR, true));
            } else if (c == '?') {
                steps.add(new Step(it -> it != SEPARATOR, false));
            } else if (c == '[') {
                int end = text.indexOf(']', i + 2);
                if (end < 0) {
                    throw new PatternSyntaxException("Missing ']'", whole, i);
                }
                steps.add(new Step(oneOf(text.substring(i + 1, end)), false));
                i = end;
            } else {
                if (c == '\\' && ++i == text.length()) {
                    throw new PatternSyntaxException("No character to escape", whole, i - 1);
                }
                char literal = text.charAt(i);
                steps.add(new Step(it -> it == literal, false));
            }
        }
        return steps;
    }

    private static IntPredicate oneOf(String set) {
        boolean not = set.startsWith("!");
        String members = not ? set.substring(1) : set;
        return c -> {
            boolean in = false;
            for (int i = 0; i < members.length() && !in; i++) {
                boolean range = i + 2 < members.length() && members.charAt(i + 1) == '-';
                in = range ? members.charAt(i) <= c && c <= members.charAt(i + 2) : members.charAt(i) == c;
                i += range ? 2 : 0;
            }
            return in != not && c != SEPARATOR;
        };
    }

    boolean matches(String path) {
        return alternatives.stream().anyMatch(it -> matches(it, path));
    }

    /** Follows all ways through the pattern at once. */
    private static boolean matches(List<Step> steps, String path) {
        BitSet at = new BitSet();
        arrive(at, 0, steps);
        for (int i = 0; i < path.length() && !at.isEmpty(); i++) {
            var next = new BitSet();
            for (int step = at.nextSetBit(0); step >= 0 && step < steps.size(); step = at.nextSetBit(step + 1)) {
                if (steps.get(step).accepts().test(path.charAt(i))) {
                    arrive(next, steps.get(step).repeats() ? step : step + 1, steps);
                }
            }
            at = next;
        }
        return at.get(steps.size());
    }

    /** A part that may repeat may also be left out. */
    private static void arrive(BitSet at, int step, List<Step> steps) {
        int here = step;
        at.set(here);
        while (here < steps.size() && steps.get(here).repeats()) {
            at.set(++here);
        }
    }
}
