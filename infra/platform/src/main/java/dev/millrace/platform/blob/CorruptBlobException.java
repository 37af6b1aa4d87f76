package dev.millrace.platform.blob;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;

/** What came for a digest has another hash, or is not what it should be; asking again may bring the same. */
public final class CorruptBlobException extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptBlobException(Digest digest, String how) {
        this("the blob " + digest + " " + how);
    }

    CorruptBlobException(String message) {
        super(message);
    }
}
