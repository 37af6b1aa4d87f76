package dev.millrace.scheduler.state;

import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The needs of a pool's tasks: few combinations, shared by many tasks. Not thread-safe. */
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

    /** An equal one that is kept already, if any: there may be a million tasks. */
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
