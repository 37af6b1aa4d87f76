package dev.millrace.schemas.spec;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Chooses units of suites by their names. In a pattern {@code *} matches any number of characters and {@code ?} matches one; every other
 * character matches itself.
 *
 * @param include patterns of the units to choose; empty for all
 */
public record UnitFilter(List<String> include, List<String> exclude) {
    /** Returns whether this filter accepts every name. */
    public boolean acceptsAll() {
        return include.isEmpty() && exclude.isEmpty();
    }

    public boolean accepts(String name) {
        return (include.isEmpty() || matches(include, name)) && !matches(exclude, name);
    }

    private static boolean matches(List<String> patterns, String name) {
        return patterns.stream().anyMatch(it -> regex(it).matcher(name).matches());
    }

    private static Pattern regex(String pattern) {
        var regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
