package dev.millrace.platform.blob;

import java.util.Locale;

/**
 * The state of a blob in the store.
 *
 * @param size bytes there; 0 if it is missing
 * @param hash of those bytes in hexadecimal; empty if it is missing
 */
public record BlobState(Condition condition, long size, String hash) {
    /** There is nothing under the digest. */
    public static final BlobState MISSING = new BlobState(Condition.MISSING, 0, "");

    /** How it is with a blob. */
    public enum Condition {
        /** Its bytes have its digest. */
        INTACT,
        /** There are bytes, and they have another hash. */
        CORRUPT,
        /** There is nothing. */
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
