package dev.millrace.executor.attempt;

import dev.millrace.platform.log.LogContext;
import dev.millrace.schemas.event.AttemptResult;
import java.io.IOException;

/** The result of one ended attempt. */
interface PendingResult {
    /** In whose turn it is stored. */
    String owner();

    /** The ids that log lines carry while it is worked on. */
    LogContext log();

    /** Stores everything it refers to; may be called again after an exception. Ends soon with one once it is revoked. */
    AttemptResult seal() throws IOException;

    /** On the executor's disk until it is finished. */
    long bytes();

    boolean isRevoked();

    /** Reports it and clears it away; called once, unless {@link #giveBack} is. */
    void finish(AttemptResult result);

    /** The result of an attempt whose own could not be stored. */
    AttemptResult unstored(String reason);

    /** Returns the attempt to the scheduler and clears it away. */
    void giveBack(String reason);
}
