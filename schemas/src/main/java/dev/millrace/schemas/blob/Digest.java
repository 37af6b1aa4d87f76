package dev.millrace.schemas.blob;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of some bytes, as 64 lower-case hexadecimal digits: the only name under which bytes are stored. */
public record Digest(@JsonValue String hex) implements Comparable<Digest> {
    private static final int HEX_DIGITS = 64;

    /** @throws IllegalArgumentException when {@code hex} is not a lower-case SHA-256 */
    @JsonCreator
    public Digest {
        if (!isDigest(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hexadecimal: '" + abbreviate(hex) + "'");
        }
    }

    public static boolean isDigest(String text) {
        if (text.length() != HEX_DIGITS) {
            return false;
        }
        for (int i = 0; i < HEX_DIGITS; i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    public static Digest of(byte[] bytes) {
        return new Digest(HexFormat.of().formatHex(newHash().digest(bytes)));
    }

    /** The digest whose computation {@code hash} holds; resets {@code hash}. */
    public static Digest of(MessageDigest hash) {
        return new Digest(HexFormat.of().formatHex(hash.digest()));
    }

    /** A fresh SHA-256 computation, for bytes that are never all in memory. */
    public static MessageDigest newHash() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
