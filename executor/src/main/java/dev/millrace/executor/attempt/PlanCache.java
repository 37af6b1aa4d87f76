package dev.millrace.executor.attempt;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.inputs.InputTree;
import dev.millrace.executor.inputs.UnusableInputsException;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import dev.millrace.schemas.plan.Plan;
import java.io.IOException;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Caches the parsed plans that were used last, and the sizes of checked trees, up to a number of heap bytes. Thread-safe. */
final class PlanCache {
    /** The most heap bytes for each byte of a tree's text while the tree is checked. The check sorts copies of its paths. */
    private static final int HEAP_PER_TREE_BYTE = 5;

    /** The limit of a plan. Plans come from the scheduler, and the specs that they are made from have limits of their own. */
    private static final long MAX_PLAN_BYTES = 64L << 20;

    private static final long TREE_SIZE_BYTES = 300;
    private static final Digest EMPTY = Tree.EMPTY.digest();

    private final InputCache inputs;
    private final ByteCache<Key, Document> recent;
    private final ByteBudget room;

    private record Key(Digest digest, Class<?> type) {}

    private record Document(Object parsed, long heapBytes) {}

    private interface Parser {
        Document parse(byte[] document) throws IOException;
    }

    /** @param maxBytes heap bytes of all parsed documents together; their sizes are upper estimates */
    PlanCache(InputCache inputs, long maxBytes, ByteBudget room) {
        this.inputs = inputs;
        this.room = room;
        this.recent = new ByteCache<>(maxBytes, (key, document) -> document.heapBytes());
    }

    Plan get(String owner, Digest digest) throws IOException {
        return (Plan) find(
                        owner,
                        new Key(digest, Plan.class),
                        key -> load(owner, digest, MAX_PLAN_BYTES, Plan::worstHeapBytes, PlanCache::parsePlan))
                .parsed();
    }

    /** Returns a tree that was checked to be safe. Its entries are read from the disk when they are needed. */
    InputTree tree(String owner, Digest digest) throws IOException {
        if (digest.equals(EMPTY)) {
            return InputTree.of(Tree.EMPTY);
        }
        var size = (TreeSize) find(
                        owner,
                        new Key(digest, Tree.class),
                        key -> load(
                                owner,
                                digest,
                                Tree.MAX_BYTES,
                                bytes -> HEAP_PER_TREE_BYTE * bytes,
                                PlanCache::parseTree))
                .parsed();
        return new InputTree(
                digest, size.entries(), size.totalBytes(), visitor -> inputs.visitTree(owner, digest, visitor));
    }

    private Document find(String owner, Key key, ByteCache.Loader<Key, Document> loader) throws IOException {
        if (recent.find(key).isEmpty()) {
            // Fetches the document in this owner's turn, because the loader may run in the turn of another owner.
            inputs.size(owner, key.digest());
        }
        return recent.get(key, loader);
    }

    private record TreeSize(int entries, long totalBytes) {}

    private static Document parsePlan(byte[] bytes) throws IOException {
        Plan plan = Json.MAPPER.readValue(bytes, Plan.class);
        return new Document(plan, plan.heapBytes());
    }

    /**
     * Parses and checks a tree, because any blob can be named as a job's inputs. The check is done once, in the memory that was reserved
     * for it, and not by each attempt.
     */
    private static Document parseTree(byte[] bytes) throws IOException {
        try {
            Tree tree = Tree.read(bytes);
            List<String> problems = tree.problems();
            if (!problems.isEmpty()) {
                throw new UnusableInputsException("the tree of inputs is unsafe: " + problems.get(0));
            }
            return new Document(new TreeSize(tree.entries().size(), tree.totalBytes()), TREE_SIZE_BYTES);
        } catch (MalformedJsonException e) {
            throw new UnusableInputsException("the inputs are no tree: " + e.getMessage());
        }
    }

    /**
     * Reads a document, after reserving as much memory as it may need in the worst case. In the cache it counts with its real size.
     *
     * @param heapBytes returns an upper estimate of the heap bytes for the size of a document in bytes
     */
    private Document load(String owner, Digest digest, long maxBytes, LongUnaryOperator heapBytes, Parser parser)
            throws IOException {
        long size = inputs.size(owner, digest);
        return room.with(size + heapBytes.applyAsLong(size), () -> parser.parse(inputs.read(owner, digest, maxBytes)));
    }

    /** Returns the heap bytes of all cached documents. */
    long bytes() {
        return recent.bytes();
    }
}
