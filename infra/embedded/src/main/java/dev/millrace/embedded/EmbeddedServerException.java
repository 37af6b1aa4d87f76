package dev.millrace.embedded;

/** A server did not come up or the directory cannot be used; the message says what to do about it. */
public final class EmbeddedServerException extends RuntimeException {
    public EmbeddedServerException(String message) {
        super(message);
    }

    public EmbeddedServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
