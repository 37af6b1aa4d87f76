package dev.millrace.executor;

import dev.millrace.executor.io.InputCache;
import dev.millrace.executor.io.UnusableInputsException;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.codec.MalformedJsonException;
import dev.millrace.schemas.plan.Plan;
import java.io.IOException;

/** The plans and trees used last, parsed, up to a number of bytes on the heap. Thread-safe. */
final class PlanCache {
    /** Heap bytes of each byte of a plan when it is parsed: it has many short strings, of 48 bytes at least each. */
    private static final int HEAP_PER_PLAN_BYTE = 4;

    /** A tree takes no more than this for each byte of its text, and less of the cache: what is known of it then is counted. */
    private static final int HEAP_PER_TREE_BYTE = 2;

    /** A plan is the scheduler's, of a spec that has limits of its own. */
    private static final long MAX_PLAN_BYTES = 64L << 20;

    private static final Digest EMPTY = Tree.EMPTY.digest();

    private final InputCache inputs;
    private final ByteCache<Key, Document> recent;
    private final ByteBudget room;

    private record Key(Digest digest, Class<?> type) {}

    private record Document(Object parsed, long heapBytes) {}

    private interface Parser {
        Object parse(byte[] document) throws IOException;
    }

    /** @param maxBytes of all parsed documents together, estimated from above */
    PlanCache(InputCache inputs, long maxBytes, ByteBudget room) {
        this.inputs = inputs;
        this.room = room;
        this.recent = new ByteCache<>(maxBytes, (key, document) -> document.heapBytes());
    }

    Plan get(Digest digest) throws IOException {
        return (Plan) recent.get(
                        new Key(digest, Plan.class),
                        key -> load(
                                digest,
                                MAX_PLAN_BYTES,
                                HEAP_PER_PLAN_BYTE,
                                bytes -> Json.MAPPER.readValue(bytes, Plan.class)))
                .parsed();
    }

    Tree tree(Digest digest) throws IOException {
        return digest.equals(EMPTY)
                ? Tree.EMPTY
                : (Tree) recent.get(
                                new Key(digest, Tree.class),
                                key -> counted(
                                        (Tree) load(digest, Tree.MAX_BYTES, HEAP_PER_TREE_BYTE, PlanCache::parseTree)
                                                .parsed()))
                        .parsed();
    }

    private static Document counted(Tree tree) {
        return new Document(tree, tree.heapBytes());
    }

    /** Any blob can be named as a job's inputs. */
    private static Tree parseTree(byte[] bytes) throws IOException {
        try {
            return Tree.read(bytes);
        } catch (MalformedJsonException e) {
            throw new UnusableInputsException("the inputs are no tree: " + e.getMessage());
        }
    }

    private Document load(Digest digest, long maxBytes, int heapPerByte, Parser parser) throws IOException {
        long size = inputs.size(digest);
        return room.with(
                size * (1 + heapPerByte),
                () -> new Document(parser.parse(inputs.read(digest, maxBytes)), size * heapPerByte));
    }

    /** Heap bytes of the plans that are kept. */
    long bytes() {
        return recent.bytes();
    }
}
