package dev.millrace.cli;

import java.io.IOException;

/** Standard output took no more. Ends whatever command was writing. */
public final class OutputException extends RuntimeException {
    private final boolean closedPipe;

    OutputException(IOException cause) {
        super(cause.getMessage(), null, false, false);
        this.closedPipe = String.valueOf(cause.getMessage()).contains("Broken pipe");
    }

    /** Whether the reader of a pipe has gone, as {@code head} does, which is nobody's fault. */
    public boolean isClosedPipe() {
        return closedPipe;
    }
}
