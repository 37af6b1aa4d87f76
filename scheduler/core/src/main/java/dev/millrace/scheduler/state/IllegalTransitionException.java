package dev.millrace.scheduler.state;

/** An event that the transition table does not allow in the present state of what it is about; nothing was changed. */
public final class IllegalTransitionException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    IllegalTransitionException(String message) {
        super(message);
    }
}
