package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import java.io.IOException;

/**
 * A tree of inputs that is known to be safe, without its entries: a hundred thousand of them take tens of megabytes on the heap, which each
 * attempt would hold as long as its inputs are fetched.
 *
 * @param count of its entries
 * @param totalBytes the sum of its entries, or the largest number if that is more
 * @param entries reads them, again each time
 */
public record InputTree(Digest digest, int count, long totalBytes, Entries entries) {
    /** Reads the entries of a tree, in the same order each time. */
    public interface Entries {
        void visit(Tree.Visitor visitor) throws IOException;
    }

    /** One whose entries are on the heap. */
    public static InputTree of(Tree tree) {
        return new InputTree(tree.digest(), tree.entries().size(), tree.totalBytes(), visitor -> {
            for (TreeEntry entry : tree.entries()) {
                visitor.visit(entry);
            }
        });
    }
}
