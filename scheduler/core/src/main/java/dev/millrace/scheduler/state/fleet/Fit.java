package dev.millrace.scheduler.state.fleet;

import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/** Executors of one shape that can run a task, and how many slots the task takes there. */
record Fit(ShapeGroup group, int slots) {
    /** Whether the task may be placed here now. */
    boolean hasRoom(Search search) {
        return slots <= search.mostSlots()
                && (hasRoom(group.byRoom(), slots, search)
                        || (mayLookAhead(search) && hasRoom(group.soonFree(), 1 - ahead(search), search)));
    }

    private static boolean hasRoom(NavigableSet<ExecutorState> byRoom, int leastFree, Search search) {
        for (ExecutorState executor : byRoom) {
            if (executor.freeSlots() < leastFree) {
                return false;
            }
            if (!search.excludes(executor)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds offers of executors with enough free slots. If there are no offers at all, adds those of executors that are expected to have a
     * free slot soon.
     */
    void offer(List<Offer> offers, Search search, int limit) {
        if (slots <= search.mostSlots()) {
            offer(offers, group.byRoom(), slots, search, limit);
            if (mayLookAhead(search) && offers.isEmpty()) {
                offer(offers, group.soonFree(), 1 - ahead(search), search, limit);
            }
        }
    }

    /**
     * Adds offers of executors with at least {@code leastFree} free slots, until {@code limit} of these executors have not run the task
     * before.
     */
    private void offer(
            List<Offer> offers, NavigableSet<ExecutorState> byRoom, int leastFree, Search search, int limit) {
        int fresh = 0;
        for (ExecutorState executor : byRoom) {
            if (executor.freeSlots() < leastFree || fresh == limit) {
                return;
            }
            if (!search.excludes(executor)) {
                boolean free = executor.freeSlots() >= slots;
                var offer = new Offer(executor, slots, free, search.tried().contains(executor.id()));
                offers.add(offer);
                fresh += offer.tried() ? 0 : 1;
            }
        }
    }

    /** Returns the executor with the most free slots to which the task may go, or null if there is none. */
    @Nullable
    ExecutorState roomiest(Search search) {
        if (slots <= search.mostSlots()) {
            for (ExecutorState executor : group.byRoom()) {
                if (!search.excludes(executor)) {
                    return executor;
                }
            }
        }
        return null;
    }

    private boolean mayLookAhead(Search search) {
        return search.lookAhead() > 0 && slots == 1;
    }

    /**
     * Returns how many attempts may wait at one executor. The number is proportional to its slots, because more slots work through the
     * waiting attempts faster.
     */
    private int ahead(Search search) {
        return Math.min(search.mostAhead(), search.lookAhead() * group.shape().slots());
    }
}
