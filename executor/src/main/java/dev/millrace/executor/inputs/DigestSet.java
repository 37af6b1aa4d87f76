package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells whether a digest was added before, by its first 64 bits. Takes 16 to 32 bytes of heap for each digest. Two digests that share these
 * bits count as one, so this class is only for estimates. Not thread-safe.
 */
final class DigestSet {
    private static final int HEX = 16;
    private static final long MULTIPLIER = 0xd6e8feb86659fd93L;

    /** A random number, so that whoever chooses the digests cannot choose their positions in the table. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final long[] table;
    private boolean hasZero;

    /** @param most the most digests that may be added */
    DigestSet(int most) {
        this.table = new long[Integer.highestOneBit(Math.max(1, most)) << 2];
    }

    /** Adds a digest. Returns whether it is new. */
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

    /** Spreads similar values over the table. */
    private static long mixed(long bits) {
        long once = (bits ^ (bits >>> 32)) * MULTIPLIER;
        long twice = (once ^ (once >>> 29)) * MULTIPLIER;
        return twice ^ (twice >>> 32);
    }
}
