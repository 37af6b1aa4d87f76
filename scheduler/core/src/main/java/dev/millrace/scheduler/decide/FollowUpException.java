package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.PoolScheduler;

/**
 * A follow-up of an input was decided and could not be applied, so the state in memory is worth nothing. The input is not
 * to blame: it is to be taken once more by itself, see {@link PoolScheduler#handleAlone}.
 */
public final class FollowUpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FollowUpException(RuntimeException cause) {
        super("what is due could not be applied", cause);
    }
}
