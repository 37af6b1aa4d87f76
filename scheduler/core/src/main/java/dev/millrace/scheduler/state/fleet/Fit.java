package dev.millrace.scheduler.state.fleet;

import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/** Executors of one shape that can run a task, and how many slots it takes there. */
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

    /** Adds executors with room; those that are only expected to have some if there is no offer yet. */
    void offer(List<Offer> offers, Search search, int limit) {
        if (slots <= search.mostSlots()) {
            offer(offers, group.byRoom(), slots, search, limit);
            if (mayLookAhead(search) && offers.isEmpty()) {
                offer(offers, group.soonFree(), 1 - ahead(search), search, limit);
            }
        }
    }

    /** Adds those with at least so many free slots, until {@code limit} of them are new to the task. */
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

    /** The executor with most free slots; null if the task may go to none. */
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

    /** Attempts sent ahead last for the same time, however many slots work on them. */
    private int ahead(Search search) {
        return Math.min(search.mostAhead(), search.lookAhead() * group.shape().slots());
    }
}
