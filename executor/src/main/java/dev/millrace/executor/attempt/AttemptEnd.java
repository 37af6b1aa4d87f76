package dev.millrace.executor.attempt;

import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.schemas.event.Outcome;
import org.jspecify.annotations.Nullable;

/** How an attempt left its slot, which decides what is reported and what is cleared away. */
sealed interface AttemptEnd {
    /** Whether something may still read the inputs, so that they are released later. */
    default boolean mayUseInputs() {
        return false;
    }

    /**
     * No process ran, and the task is not to blame. The attempt goes back to the scheduler, charged to no budget.
     *
     * @param group to be released, if one was made
     */
    record GivenBack(String reason, @Nullable TaskCgroup group) implements AttemptEnd {}

    /**
     * No process ran, and the attempt counts.
     *
     * @param group to be released, if one was made
     */
    record NotRun(Outcome outcome, String reason, @Nullable TaskCgroup group) implements AttemptEnd {}

    /** A process ran and the executor lost sight of it by a fault of its own; {@link Leftovers} kills it and clears away. */
    record LostSight(String reason) implements AttemptEnd {
        @Override
        public boolean mayUseInputs() {
            return true;
        }
    }

    /** The process and all its children are gone; what they left is to be stored. */
    record Ended(EndedAttempt attempt) implements AttemptEnd {
        @Override
        public boolean mayUseInputs() {
            return true;
        }
    }
}
