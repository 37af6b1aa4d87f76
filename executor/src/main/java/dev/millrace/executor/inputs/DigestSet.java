package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells digests that came before from new ones, by their first 64 bits, in 16 to 32 bytes of the heap for each. Two that share these bits
 * are taken for one, so it is for estimates. Not thread-safe.
 */
final class DigestSet {
    private static final int HEX = 16;
    private static final long MULTIPLIER = 0xd6e8feb86659fd93L;

    /** Whoever chooses the digests must not choose their places. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final long[] table;
    private boolean hasZero;

    /** @param most digests that come */
    DigestSet(int most) {
        this.table = new long[Integer.highestOneBit(Math.max(1, most)) << 2];
    }

    /** Returns whether it is new. */
    boolean add(Digest digest) {
        long bits = Long.parseUnsignedLong(digest.hex().substring(0, HEX), HEX);
        if (bits == 0) {
            boolean isNew = !hasZero;
            hasZero = true;
            return isNew;
        }
        int mask = table.length - 1;
        int at = (int) mixed(bits ^ seed) & mask;
        while (table[at] != 0) {
            if (table[at] == bits) {
                return false;
            }
            at = (at + 1) & mask;
        }
        table[at] = bits;
        return true;
    }

    /** Spreads what is alike. */
    private static long mixed(long bits) {
        long once = (bits ^ (bits >>> 32)) * MULTIPLIER;
        long twice = (once ^ (once >>> 29)) * MULTIPLIER;
        return twice ^ (twice >>> 32);
    }
}
