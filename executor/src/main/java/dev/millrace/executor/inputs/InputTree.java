package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;

/**
 * A tree of inputs that is known to be safe. Its entries are not held in memory, because a hundred thousand of them take tens of megabytes
 * of heap, and each attempt would hold them while its inputs are fetched.
 *
 * @param count the number of its entries
 * @param totalBytes the sum of the sizes of its entries, or the largest number if the sum is larger
 * @param entries reads the entries anew at each visit
 */
public record InputTree(Digest digest, int count, long totalBytes, Entries entries) {
    /** Reads the entries of a tree, in the same order each time. */
    public interface Entries {
        void visit(Tree.Visitor visitor) throws IOException;
    }

    /** Returns a tree whose entries are on the heap. */
    public static InputTree of(Tree tree) {
        return new InputTree(tree.digest(), tree.entries().size(), tree.totalBytes(), visitor -> {
            for (TreeEntry entry : tree.entries()) {
                visitor.visit(entry);
            }
        });
    }
}
