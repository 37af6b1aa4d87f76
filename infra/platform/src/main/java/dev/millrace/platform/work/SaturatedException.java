package dev.millrace.platform.work;

/** A {@link Bulkhead} or {@link AsyncBulkhead} refuses a call because too many calls wait already. A later attempt may succeed. */
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
