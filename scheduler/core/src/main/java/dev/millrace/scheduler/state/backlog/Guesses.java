package dev.millrace.scheduler.state.backlog;

/**
 * Limits the slots that tasks of unknown duration may hold. The limit depends on the weights of the owners that run such tasks (guesses),
 * compared with the weights of all owners that could use a slot.
 */
final class Guesses {
    /** The sum of the weights of the owners that run guesses, or that compete and are not paused, so that they could use a slot. */
    private long sharingWeight;

    /** The sum of the weights of the owners that run guesses. */
    private long guessingWeight;

    private long slots;

    /**
     * Adds an owner to the sums, or takes it out.
     *
     * @param sign 1 to add the owner, -1 to take it out
     */
    void count(OwnerQueue queue, boolean competes, int sign) {
        long weight = (long) sign * queue.account().weight();
        boolean guesses = queue.guesses() > 0;
        sharingWeight += guesses || (competes && !queue.account().isPaused()) ? weight : 0;
        guessingWeight += guesses ? weight : 0;
        slots += (long) sign * queue.guesses();
    }

    /**
     * Returns whether, with {@code wanted} more slots for guesses, the owner stays within its share and all owners that run guesses stay
     * within the sum of their shares. The first guess of an owner is always allowed. A share is a share of the time in which processes run.
     * An owner whose guesses are so brief that its slots are often idle between them may therefore hold more slots, up to twice as many.
     *
     * @param ofPool the number of slots in the pool
     */
    boolean mayRun(OwnerQueue queue, int wanted, int ofPool) {
        long own = queue.account().weight();
        long percent = queue.slotsPercent();
        return queue.guesses() == 0
                || (100 * (queue.guesses() + (long) wanted) * sharingWeight <= ofPool * own * percent
                        && 100 * (slots + wanted) * sharingWeight <= ofPool * guessingWeight * percent);
    }
}
