package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the bytes that the files of a tree take of the disk. Each content is fetched once, however often the tree has it. Linked files take no
 * more than that, but for a second copy of the content that is executable somewhere; others are copied one by one. Whole blocks
 * count; very many small files take more of them than their size says. Pure.
 */
final class InputBytes {
    /** The contents that are on the disk already. */
    interface Present {
        /** @param executable whether the copy is meant that is */
        boolean has(Digest digest, boolean executable);
    }

    /** The block size of nearly every file system. */
    static final int BLOCK_BYTES = 4096;

    static final Present NOTHING = (digest, executable) -> false;

    private InputBytes() {}

    /** For each entry in turn, what comes with it that neither is there nor came with one before. */
    static long[] of(InputTree tree, boolean linked, Present present) throws IOException {
        var fetched = new DigestSet(tree.count());
        var executable = new DigestSet(tree.count());
        long[] bytes = new long[tree.count()];
        var at = new AtomicInteger();
        tree.entries().visit(entry -> {
            Digest digest = entry.digest();
            boolean isFetched = fetched.add(digest) && !present.has(digest, false);
            boolean isCopied = !linked || (entry.executable() && executable.add(digest) && !present.has(digest, true));
            long blocks = blocks(entry.size());
            if (at.get() == bytes.length) {
                throw new IOException("the tree has more entries than it had");
            }
            bytes[at.getAndIncrement()] = sum(isFetched ? blocks : 0, isCopied ? blocks : 0);
        });
        return bytes;
    }

    /** Or the largest number if it is more. */
    static long total(long[] bytes) {
        return Arrays.stream(bytes).reduce(0, InputBytes::sum);
    }

    private static long blocks(long size) {
        long part = size % BLOCK_BYTES;
        return part == 0 ? size : sum(size, BLOCK_BYTES - part);
    }

    private static long sum(long some, long more) {
        return more > Long.MAX_VALUE - some ? Long.MAX_VALUE : some + more;
    }
}
