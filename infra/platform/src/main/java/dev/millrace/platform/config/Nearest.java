package dev.millrace.platform.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the known names that are most similar to a mistyped name. Has no state and no side effects. */
public final class Nearest {
    private static final int MOST = 3;

    private Nearest() {}

    private record Candidate(String name, int distance) {}

    /**
     * Returns up to three names of {@code known}, the most similar first: names that differ from {@code given} by a few characters, and
     * names that end with the same word in another section. Returns an empty list when no name is similar.
     */
    public static List<String> of(String given, Collection<String> known) {
        String wanted = given.toLowerCase(Locale.ROOT);
        int most = Math.max(2, wanted.length() / 4);
        return known.stream()
                .map(name -> new Candidate(name, distance(wanted, name.toLowerCase(Locale.ROOT))))
                .filter(it -> it.distance() <= most)
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(MOST)
                .map(Candidate::name)
                .toList();
    }

    private static int distance(String one, String other) {
        String lastOfOne = one.substring(one.lastIndexOf('.') + 1);
        String lastOfOther = other.substring(other.lastIndexOf('.') + 1);
        // A name with the right last word counts as near, even if its section is wrong or missing.
        int whole = edits(one, other);
        return lastOfOne.equals(lastOfOther) ? Math.min(whole, 1) : Math.min(whole, edits(one, lastOfOther) + 1);
    }

    /** Returns how many insertions, deletions and replacements of characters turn one text into the other. */
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
