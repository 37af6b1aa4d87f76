package dev.millrace.scheduler.decide;

/** Receives the failures of steps that were due but could not be decided or published. Called by the thread that drives the pool. */
@FunctionalInterface
public interface FollowUpFailures {
    /**
     * Is called when a step failed and gave no events. The other steps go on. The step is tried again with the next input.
     *
     * @param step the name of the step that failed
     */
    void failed(String step, RuntimeException cause);
}
