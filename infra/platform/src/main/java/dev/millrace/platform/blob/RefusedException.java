package dev.millrace.platform.blob;

import java.io.IOException;

/** The artifact service understood a request and refuses it; asking again brings the same answer. */
public final class RefusedException extends IOException {
    RefusedException(String message) {
        super(message);
    }
}
