package dev.millrace.executor.attempt;

import dev.millrace.platform.log.LogContext;
import dev.millrace.schemas.event.AttemptResult;
import java.io.IOException;

/** The result of one ended attempt. */
interface PendingResult {
    /** The owner of the task. Owners take turns at storing results. */
    String owner();

    /** Sets the ids that log lines carry while this result is processed. */
    LogContext log();

    /**
     * Stores everything that the result refers to. May be called again after an exception. Soon throws an exception if the attempt is
     * revoked.
     */
    AttemptResult seal() throws IOException;

    /** The space that it takes on the executor's disk until it is finished. */
    long bytes();

    boolean isRevoked();

    /** Reports the result and cleans up. Either this or {@link #giveBack} is called, once. */
    void finish(AttemptResult result);

    /** The result to report instead if the attempt's own result could not be stored. */
    AttemptResult unstored(String reason);

    /** Returns the attempt to the scheduler and cleans up. */
    void giveBack(String reason);
}
