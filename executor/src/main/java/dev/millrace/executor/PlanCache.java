package dev.millrace.executor;

import dev.millrace.executor.io.InputCache;
import dev.millrace.platform.work.ByteCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.plan.Plan;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/** The plans and trees used last, parsed, up to a number of bytes on the heap. Thread-safe. */
final class PlanCache {
    /** What a byte of a plan takes when it is parsed: it has many short strings, of 48 bytes at least each. */
    private static final int HEAP_PER_PLAN_BYTE = 4;

    /** A tree has digests and paths, which take little more than their text. */
    private static final int HEAP_PER_TREE_BYTE = 2;

    /** Documents are in memory twice while they are parsed. */
    private static final int PARSED_AT_ONCE = 4;

    private static final Digest EMPTY = Tree.EMPTY.digest();

    private final InputCache inputs;
    private final ByteCache<Key, Document> recent;
    private final Semaphore parsing = new Semaphore(PARSED_AT_ONCE);

    private record Key(Digest digest, Class<?> type) {}

    private record Document(Object parsed, long heapBytes) {}

    /** @param maxBytes of all parsed documents together, estimated from above */
    PlanCache(InputCache inputs, long maxBytes) {
        this.inputs = inputs;
        this.recent = new ByteCache<>(maxBytes, (key, document) -> document.heapBytes());
    }

    Plan get(Digest digest) throws IOException {
        return read(digest, Plan.class, HEAP_PER_PLAN_BYTE);
    }

    Tree tree(Digest digest) throws IOException {
        return digest.equals(EMPTY) ? Tree.EMPTY : read(digest, Tree.class, HEAP_PER_TREE_BYTE);
    }

    private <T> T read(Digest digest, Class<T> type, int heapPerByte) throws IOException {
        return type.cast(recent.get(new Key(digest, type), key -> load(digest, type, heapPerByte))
                .parsed());
    }

    private Document load(Digest digest, Class<?> type, int heapPerByte) throws IOException {
        parsing.acquireUninterruptibly();
        try {
            byte[] bytes = inputs.read(digest);
            return new Document(Json.MAPPER.readValue(bytes, type), (long) heapPerByte * bytes.length);
        } finally {
            parsing.release();
        }
    }

    /** What is kept takes so much. */
    long bytes() {
        return recent.bytes();
    }
}
