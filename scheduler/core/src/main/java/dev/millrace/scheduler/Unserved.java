package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Since when nobody could run tasks that wait, by what they need, on the tick clock. Not thread-safe. */
final class Unserved {
    private final Map<Needs, Long> sinceTick = new HashMap<>();

    /**
     * @param waiting what waiting tasks need
     * @param anybody whether an executor that takes work could run it, now or later
     */
    void note(Collection<Needs> waiting, Predicate<Needs> anybody, long tickMs) {
        sinceTick.keySet().retainAll(waiting);
        for (Needs needs : waiting) {
            if (anybody.test(needs)) {
                sinceTick.remove(needs);
            } else {
                sinceTick.putIfAbsent(needs, tickMs);
            }
        }
    }

    /** In the far future while somebody could. */
    long sinceTick(Needs needs) {
        return sinceTick.getOrDefault(needs, Long.MAX_VALUE / 2);
    }
}
