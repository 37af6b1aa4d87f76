package dev.millrace.artifact;

import dev.millrace.schemas.blob.Digest;

/** A blob in memory with the digest it is announced with. Its bytes are an array of their own, so it holds nothing else. */
final class Blob {
    private final Digest digest;
    private final byte[] bytes;

    /** @param bytes not copied, and not changed any more */
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
