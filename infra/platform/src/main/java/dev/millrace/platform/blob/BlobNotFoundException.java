package dev.millrace.platform.blob;

import java.io.IOException;

/** The store has no such blob; asking again does not help. */
public final class BlobNotFoundException extends IOException {
    public BlobNotFoundException(String what) {
        super("there is no blob " + what);
    }
}
