package dev.millrace.scheduler.decide;

/** Receives failures of what was due and could not be decided. Called by the thread that drives the pool. */
@FunctionalInterface
public interface FollowUpFailures {
    /**
     * Nothing came of a step, and the others go on. It is due again with the next input.
     *
     * @param step what was to be decided
     */
    void failed(String step, RuntimeException cause);
}
