package dev.millrace.schemas.blob;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of some bytes: the only name under which bytes are stored. Its text form has 64 lower-case hexadecimal digits. In memory it
 * is four numbers, which take less than half of the memory of the text; this matters because a tree can have a hundred thousand digests.
 * Immutable.
 */
public final class Digest implements Comparable<Digest> {
    private static final int HEX_DIGITS = 64;
    private static final int LONG_DIGITS = 16;
    private static final HexFormat HEX = HexFormat.of();

    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    /** @throws IllegalArgumentException when {@code hex} is not a lower-case SHA-256 */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Digest(String hex) {
        if (!isDigest(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hexadecimal: '" + abbreviate(hex) + "'");
        }
        this.first = part(hex, 0);
        this.second = part(hex, 1);
        this.third = part(hex, 2);
        this.fourth = part(hex, 3);
    }

    private Digest(byte[] hash) {
        ByteBuffer numbers = ByteBuffer.wrap(hash);
        this.first = numbers.getLong();
        this.second = numbers.getLong();
        this.third = numbers.getLong();
        this.fourth = numbers.getLong();
    }

    private static long part(String hex, int number) {
        return HexFormat.fromHexDigitsToLong(hex, number * LONG_DIGITS, (number + 1) * LONG_DIGITS);
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
        return new Digest(newHash().digest(bytes));
    }

    /** Returns the digest of all bytes that were added to {@code hash}, and resets {@code hash}. */
    public static Digest of(MessageDigest hash) {
        return new Digest(hash.digest());
    }

    /** Returns a new SHA-256 computation, for data that is processed in pieces. */
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

    /** Returns the 64 hexadecimal digits. */
    @JsonValue
    public String hex() {
        return HEX.toHexDigits(first) + HEX.toHexDigits(second) + HEX.toHexDigits(third) + HEX.toHexDigits(fourth);
    }

    /** Compares by the hexadecimal digits. */
    @Override
    public int compareTo(Digest other) {
        int order = Long.compareUnsigned(first, other.first);
        if (order == 0) {
            order = Long.compareUnsigned(second, other.second);
        }
        if (order == 0) {
            order = Long.compareUnsigned(third, other.third);
        }
        return order == 0 ? Long.compareUnsigned(fourth, other.fourth) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Digest it
                && first == it.first
                && second == it.second
                && third == it.third
                && fourth == it.fourth;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }

    @Override
    public String toString() {
        return hex();
    }
}
