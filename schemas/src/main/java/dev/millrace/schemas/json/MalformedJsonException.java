package dev.millrace.schemas.json;

import java.io.IOException;

/** Bytes that are not the JSON of what they should be; the message says what is wrong in one line. */
public final class MalformedJsonException extends IOException {
    public MalformedJsonException(String message) {
        super(message);
    }
}
