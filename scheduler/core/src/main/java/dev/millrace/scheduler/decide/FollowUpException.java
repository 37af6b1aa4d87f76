package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.PoolScheduler;

/**
 * A follow-up of an input was decided but could not be applied, so the state in memory is no longer valid. The input is not the cause: the
 * caller must handle it again without follow-ups, see {@link PoolScheduler#handleAlone}.
 */
public final class FollowUpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FollowUpException(RuntimeException cause) {
        super("what is due could not be applied", cause);
    }
}
