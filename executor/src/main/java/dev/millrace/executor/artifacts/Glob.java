package dev.millrace.executor.artifacts;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.PatternSyntaxException;

/**
 * A glob for paths with the syntax of {@link java.nio.file.FileSystem#getPathMatcher}: {@code *} within a name, {@code **} across
 * names, {@code ?}, {@code [a-z]}, {@code [!a]}, alternatives in braces, and a backslash before a literal character. Tasks choose the
 * patterns and names, so the time of a match must be bounded. A match takes at most {@link #MAX_CHARS} steps for each character of a
 * name, and counts all of them against a {@link MatchBudget}. The JDK's matcher has no such limit, so it is not used.
 */
final class Glob {
    private static final int MAX_ALTERNATIVES = 64;

    /**
     * Largest total length of all alternatives, written out: four times the limit for a pattern in a job spec. Bounds memory, and the time
     * for each character.
     */
    private static final int MAX_CHARS = 4_096;

    private static final char SEPARATOR = '/';

    /**
     * One part of a pattern: it matches one character, or any number of characters, that {@code accepts} allows. Two repeats never
     * follow each other.
     *
     * @param cost the number of characters of the pattern that {@code accepts} looks at
     */
    private record Step(IntPredicate accepts, boolean repeats, int cost) {
        private static final Step ANY_IN_NAME = new Step(it -> it != SEPARATOR, false, 1);
        private static final Step WITHIN_NAME = new Step(it -> it != SEPARATOR, true, 1);
        private static final Step ACROSS_NAMES = new Step(it -> true, true, 1);
    }

    private final List<List<Step>> alternatives = new ArrayList<>();

    /** @throws PatternSyntaxException when it is not a glob */
    Glob(String pattern) {
        var expanded = new ArrayList<String>();
        expand(pattern, "", pattern, expanded);
        if (expanded.stream().mapToInt(String::length).sum() > MAX_CHARS) {
            throw new PatternSyntaxException(
                    "More than " + MAX_CHARS + " characters in all its alternatives", pattern, -1);
        }
        expanded.forEach(it -> alternatives.add(steps(it, pattern)));
    }

    /** Expands the first pair of braces, and then the rest of each result. */
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

    /** Returns the index of the first {@code wanted} that is neither escaped by a backslash nor inside brackets, or -1. */
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
                addRepeat(steps, across);
            } else if (c == '?') {
                steps.add(Step.ANY_IN_NAME);
            } else if (c == '[') {
                int end = text.indexOf(']', i + 2);
                if (end < 0) {
                    throw new PatternSyntaxException("Missing ']'", whole, i);
                }
                steps.add(new Step(oneOf(text.substring(i + 1, end)), false, end - i));
                i = end;
            } else {
                if (c == '\\' && ++i == text.length()) {
                    throw new PatternSyntaxException("No character to escape", whole, i - 1);
                }
                char literal = text.charAt(i);
                steps.add(new Step(it -> it == literal, false, 1));
            }
        }
        return steps;
    }

    /** Adds a repeat. Adjacent repeats match the same as the widest of them alone, so only that one is kept. */
    private static void addRepeat(List<Step> steps, boolean across) {
        int last = steps.size() - 1;
        if (last < 0 || !steps.get(last).repeats()) {
            steps.add(across ? Step.ACROSS_NAMES : Step.WITHIN_NAME);
        } else if (across) {
            steps.set(last, Step.ACROSS_NAMES);
        }
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

    /** Whether {@code path} matches. Returns false if {@code budget} is spent before the result is known. */
    boolean matches(String path, MatchBudget budget) {
        return alternatives.stream().anyMatch(it -> matches(it, path, budget));
    }

    /** Tracks all positions in the pattern that the path can be at, so no backtracking is needed. */
    private static boolean matches(List<Step> steps, String path, MatchBudget budget) {
        var at = new BitSet();
        var next = new BitSet();
        arrive(at, 0, steps);
        for (int i = 0; i < path.length() && !at.isEmpty(); i++) {
            next.clear();
            int made = 1;
            for (int step = at.nextSetBit(0); step >= 0 && step < steps.size(); step = at.nextSetBit(step + 1)) {
                Step part = steps.get(step);
                made += part.cost();
                if (part.accepts().test(path.charAt(i))) {
                    arrive(next, part.repeats() ? step : step + 1, steps);
                }
            }
            BitSet used = at;
            at = next;
            next = used;
            if (!budget.spend(made)) {
                return false;
            }
        }
        return at.get(steps.size());
    }

    /** Adds a position. If the part there repeats, it may also match nothing, so the position after it is added too. */
    private static void arrive(BitSet at, int step, List<Step> steps) {
        at.set(step);
        if (step < steps.size() && steps.get(step).repeats()) {
            at.set(step + 1);
        }
    }
}
