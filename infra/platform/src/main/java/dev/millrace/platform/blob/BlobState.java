package dev.millrace.platform.blob;

import java.util.Locale;

/**
 * The state of a blob in the store.
 *
 * @param size number of stored bytes; 0 if the blob is missing
 * @param hash SHA-256 of the stored bytes in hexadecimal; empty if the blob is missing
 */
public record BlobState(Condition condition, long size, String hash) {
    /** No blob is stored under the digest. */
    public static final BlobState MISSING = new BlobState(Condition.MISSING, 0, "");

    /** Whether a blob is stored, and whether its bytes match its digest. */
    public enum Condition {
        /** The stored bytes match the digest. */
        INTACT,
        /** Bytes are stored, but they have another hash. */
        CORRUPT,
        /** Nothing is stored. */
        MISSING;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException for any other name */
        public static Condition of(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }
}
