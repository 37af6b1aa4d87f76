package dev.millrace.embedded;

/** A server did not start, or the directory cannot be used. The message has the reason and, where possible, says what to do. */
public final class EmbeddedServerException extends RuntimeException {
    public EmbeddedServerException(String message) {
        super(message);
    }

    public EmbeddedServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
