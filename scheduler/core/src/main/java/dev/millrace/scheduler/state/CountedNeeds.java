package dev.millrace.scheduler.state;

import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the tasks of a pool by their needs. There are few different needs, and many tasks share them. Not thread-safe. */
final class CountedNeeds {
    private static final class Count {
        final Needs needs;
        int tasks;

        Count(Needs needs) {
            this.needs = needs;
        }
    }

    private final Map<Needs, Count> counts = new LinkedHashMap<>();

    void add(Needs needs) {
        counts.computeIfAbsent(needs, Count::new).tasks++;
    }

    void remove(Needs needs) {
        Count count = counts.get(needs);
        if (count != null && --count.tasks == 0) {
            counts.remove(needs);
        }
    }

    /**
     * Returns the instance that is already kept for equal needs, or the argument if there is none. This saves memory, because there may be
     * a million tasks.
     */
    Needs shared(Needs needs) {
        Count count = counts.get(needs);
        return count == null ? needs : count.needs;
    }

    Collection<Needs> all() {
        return counts.keySet();
    }

    boolean contains(Needs needs) {
        return counts.containsKey(needs);
    }
}
