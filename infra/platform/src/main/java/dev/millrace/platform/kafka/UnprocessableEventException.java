package dev.millrace.platform.kafka;

/** An event can never be processed, however often it is tried; it goes to the dead letters with the reason. */
public final class UnprocessableEventException extends Exception {
    public UnprocessableEventException(String reason) {
        super(reason);
    }
}
