package dev.millrace.platform.work;

/** A {@link Bulkhead} has no room for another call; it may have in a moment. */
public final class SaturatedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String bulkhead;

    SaturatedException(String bulkhead) {
        super("too much waits for " + bulkhead + " already", null, false, false);
        this.bulkhead = bulkhead;
    }

    public String bulkhead() {
        return bulkhead;
    }
}
