package dev.millrace.schemas.codec;

/** A record is not a valid Millrace event. The message says what is wrong and may be stored with the record in the dead-letter topic. */
public final class MalformedEventException extends Exception {
    public MalformedEventException(String message) {
        super(message);
    }

    public MalformedEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
