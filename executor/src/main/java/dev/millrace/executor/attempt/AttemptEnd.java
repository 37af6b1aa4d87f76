package dev.millrace.executor.attempt;

import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.schemas.event.Outcome;
import org.jspecify.annotations.Nullable;

/** How an attempt left its slot, which decides what is reported and what is cleared away. */
sealed interface AttemptEnd {
    /** Returns whether something may still read the inputs, so that they must be released later. */
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

    /** A process ran, but an error in the executor ended its supervision. {@link Leftovers} kills the process and deletes its files. */
    record LostSight(String reason) implements AttemptEnd {
        @Override
        public boolean mayUseInputs() {
            return true;
        }
    }

    /** The process and all its children have ended. The output and files that they left must be stored. */
    record Ended(EndedAttempt attempt) implements AttemptEnd {
        @Override
        public boolean mayUseInputs() {
            return true;
        }
    }
}
