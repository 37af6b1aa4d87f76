package dev.millrace.schemas.codec;

/** A record is not an event of ours; the message says what about it and is fit to be kept beside it in {@code dead}. */
public final class MalformedEventException extends Exception {
    public MalformedEventException(String message) {
        super(message);
    }

    public MalformedEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
