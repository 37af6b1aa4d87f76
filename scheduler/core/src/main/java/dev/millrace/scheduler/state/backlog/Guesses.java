package dev.millrace.scheduler.state.backlog;

/** Limits the slots of tasks of unknown duration, by the weights of the owners who run some and of all owners who could use a slot. */
final class Guesses {
    /** Weights of owners who could use a slot, since they compete and were not passed over, and of those who run guesses. */
    private long sharingWeight;

    /** Weights of owners who run guesses. */
    private long guessingWeight;

    private long slots;

    /**
     * Counts an owner in or out.
     *
     * @param sign 1 or -1
     */
    void count(OwnerQueue queue, boolean competes, int sign) {
        long weight = (long) sign * queue.account().weight();
        boolean guesses = queue.guesses() > 0;
        sharingWeight += guesses || (competes && !queue.account().isPaused()) ? weight : 0;
        guessingWeight += guesses ? weight : 0;
        slots += (long) sign * queue.guesses();
    }

    /**
     * Whether an owner stays within its share with {@code wanted} more slots, and all owners who run guesses within theirs. The first
     * guess of an owner always is.
     *
     * @param ofPool slots of the pool
     */
    boolean mayRun(OwnerQueue queue, int wanted, int ofPool) {
        long own = queue.account().weight();
        return queue.guesses() == 0
                || ((queue.guesses() + (long) wanted) * sharingWeight <= ofPool * own
                        && (slots + wanted) * sharingWeight <= ofPool * guessingWeight);
    }
}
