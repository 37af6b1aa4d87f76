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

/** The plans used last, parsed, and what is known of trees, up to a number of bytes on the heap. Thread-safe. */
final class PlanCache {
    /** A tree takes no more than this for each byte of its text while it is checked, which sorts copies of its paths. */
    private static final int HEAP_PER_TREE_BYTE = 5;

    /** A plan is the scheduler's, of a spec that has limits of its own. */
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

    /** @param maxBytes of all parsed documents together, estimated from above */
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

    /** A tree that is safe; its entries are read from the disk when they are wanted. */
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
            // In the owner's turn, while the loader's turn may be another one's.
            inputs.size(owner, key.digest());
        }
        return recent.get(key, loader);
    }

    private record TreeSize(int entries, long totalBytes) {}

    private static Document parsePlan(byte[] bytes) throws IOException {
        Plan plan = Json.MAPPER.readValue(bytes, Plan.class);
        return new Document(plan, plan.heapBytes());
    }

    /** Any blob can be named as a job's inputs. A tree is checked once, in the room that was made for it, and not by each attempt. */
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
     * Reads a document, in the room for what it may take at worst; kept, it counts with what it takes.
     *
     * @param heapBytes of a document of so many bytes, from above
     */
    private Document load(String owner, Digest digest, long maxBytes, LongUnaryOperator heapBytes, Parser parser)
            throws IOException {
        long size = inputs.size(owner, digest);
        return room.with(size + heapBytes.applyAsLong(size), () -> parser.parse(inputs.read(owner, digest, maxBytes)));
    }

    /** Heap bytes of the plans that are kept. */
    long bytes() {
        return recent.bytes();
    }
}
