package dev.millrace.cli;

import java.io.IOException;

/** Standard output accepts no more data. Ends the command that was writing. */
public final class OutputException extends RuntimeException {
    private final boolean closedPipe;

    OutputException(IOException cause) {
        super(cause.getMessage(), null, false, false);
        this.closedPipe = String.valueOf(cause.getMessage()).contains("Broken pipe");
    }

    /** Whether the reader of the pipe has closed it, as {@code head} does; this is not a failure. */
    public boolean isClosedPipe() {
        return closedPipe;
    }
}
