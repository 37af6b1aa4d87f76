package dev.millrace.artifact;

import dev.millrace.schemas.blob.Digest;

/** A blob in memory and the digest that the sender announced. Its bytes have their own array, so it keeps no larger buffer alive. */
final class Blob {
    private final Digest digest;
    private final byte[] bytes;

    /** @param bytes not copied; the caller must not change them afterwards */
    Blob(Digest digest, byte[] bytes) {
        this.digest = digest;
        this.bytes = bytes;
    }

    Digest digest() {
        return digest;
    }

    byte[] bytes() {
        return bytes;
    }
}
