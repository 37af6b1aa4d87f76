package dev.millrace.scheduler.state;

/**
 * Thrown for an event that is not allowed in the present state of the job, task or executor that it is about. No job, task or executor was
 * changed.
 */
public final class IllegalTransitionException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    IllegalTransitionException(String message) {
        super(message);
    }
}
