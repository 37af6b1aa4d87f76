package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.state.fleet.FleetView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Explains to people why no executor ran a task. The length of the text is bounded, however many different reasons the executors have: the
 * text is part of each verdict, and a pool may expire a thousand tasks at once.
 */
final class ExpiryReason {
    /** The maximum number of causes in the text: each executor may have a different one, for example its own value of a label. */
    static final int MAX_CAUSES = 5;

    /** The maximum length of a cause in the text: names and values of labels can have any length. */
    static final int MAX_CHARS_PER_CAUSE = 200;

    private static final Comparator<Map.Entry<String, Integer>> COMMONEST_FIRST =
            Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey());

    private ExpiryReason() {}

    /** @param lacking how many executors cannot run the task, by cause; see {@link FleetView#lacking} */
    static String of(String pool, Map<String, Integer> lacking, long expireAfterMs) {
        String time = "for " + Math.max(1, expireAfterMs / 60_000) + " min";
        return lacking.isEmpty()
                ? "no executor took work in pool '" + pool + "' " + time
                : "no executor of pool '" + pool + "' could run it " + time + "; there are: " + causes(lacking);
    }

    private static String causes(Map<String, Integer> lacking) {
        List<Map.Entry<String, Integer>> sorted =
                lacking.entrySet().stream().sorted(COMMONEST_FIRST).toList();
        var named = new ArrayList<String>();
        sorted.stream().limit(MAX_CAUSES).forEach(it -> named.add(it.getValue() + " " + cut(it.getKey())));
        int others =
                sorted.stream().skip(MAX_CAUSES).mapToInt(Map.Entry::getValue).sum();
        String text = String.join(", ", named);
        return others == 0 ? text : text + " and " + others + " others";
    }

    /** Shortens a cause that is too long. Never cuts a surrogate pair in half, because one half cannot be encoded. */
    private static String cut(String cause) {
        if (cause.length() <= MAX_CHARS_PER_CAUSE) {
            return cause;
        }
        int end = MAX_CHARS_PER_CAUSE - 1;
        return cause.substring(0, Character.isHighSurrogate(cause.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
