package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the bytes that the files of a tree take on the disk. Each content is fetched once, however often it occurs in the tree. Linked
 * files take no further space, except for a second copy of each content that is executable somewhere in the tree. Files that are not linked
 * are copied one by one. Sizes are rounded up to whole blocks, because very many small files take more disk space than their sizes say.
 * Pure.
 */
final class InputBytes {
    /** The contents that are on the disk already. */
    interface Present {
        /** @param executable whether to check for the executable copy */
        boolean has(Digest digest, boolean executable);
    }

    /** The block size of nearly every file system. */
    static final int BLOCK_BYTES = 4096;

    static final Present NOTHING = (digest, executable) -> false;

    private InputBytes() {}

    /**
     * Returns for each entry the bytes that it adds to the disk. Content that is on the disk already, or that an earlier entry has added,
     * does not count.
     */
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

    /** Returns the sum, or {@link Long#MAX_VALUE} if the sum is larger. */
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
