package dev.millrace.scheduler.state.fleet;

import java.util.Comparator;

/**
 * An executor that can take a task now.
 *
 * @param slots how many slots of the executor the task would take
 * @param free whether that many slots are free now; if not, the task must wait for a slot there
 * @param tried whether the task was sent to this executor before
 */
public record Offer(ExecutorView executor, int slots, boolean free, boolean tried) {
    /**
     * Prefers executors with free slots to those that will have one soon, then executors that did not have the task before, then those with
     * the most free slots left.
     */
    static final Comparator<Offer> BEST_FIRST = Comparator.comparing(Offer::free)
            .reversed()
            .thenComparing(Offer::tried)
            .thenComparing(Comparator.comparingInt(Offer::room).reversed())
            .thenComparing(offer -> offer.executor().id());

    private int room() {
        return executor.freeSlots() - slots;
    }
}
