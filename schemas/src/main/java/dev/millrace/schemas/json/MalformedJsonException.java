package dev.millrace.schemas.json;

import java.io.IOException;

/** Some bytes are not the expected JSON. The message says in one line what is wrong. */
public final class MalformedJsonException extends IOException {
    public MalformedJsonException(String message) {
        super(message);
    }
}
