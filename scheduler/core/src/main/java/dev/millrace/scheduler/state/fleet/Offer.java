package dev.millrace.scheduler.state.fleet;

import java.util.Comparator;

/**
 * An executor that could run a task now.
 *
 * @param slots the task would take of it
 * @param free whether so many are free, rather than soon to be
 * @param tried whether the task was there before
 */
public record Offer(ExecutorView executor, int slots, boolean free, boolean tried) {
    /** With a free slot rather than with one to come, elsewhere than before, the one with most room. */
    static final Comparator<Offer> BEST_FIRST = Comparator.comparing(Offer::free)
            .reversed()
            .thenComparing(Offer::tried)
            .thenComparing(Comparator.comparingInt(Offer::room).reversed())
            .thenComparing(offer -> offer.executor().id());

    private int room() {
        return executor.freeSlots() - slots;
    }
}
