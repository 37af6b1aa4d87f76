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
    /** What a byte of a document takes when it is parsed: many short strings of 48 bytes each, so this is much. */
    private static final int HEAP_PER_BYTE = 4;

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
        return read(digest, Plan.class);
    }

    Tree tree(Digest digest) throws IOException {
        return digest.equals(EMPTY) ? Tree.EMPTY : read(digest, Tree.class);
    }

    private <T> T read(Digest digest, Class<T> type) throws IOException {
        return type.cast(
                recent.get(new Key(digest, type), key -> load(digest, type)).parsed());
    }

    private Document load(Digest digest, Class<?> type) throws IOException {
        parsing.acquireUninterruptibly();
        try {
            byte[] bytes = inputs.read(digest);
            return new Document(Json.MAPPER.readValue(bytes, type), (long) HEAP_PER_BYTE * bytes.length);
        } finally {
            parsing.release();
        }
    }

    /** What is kept takes so much. */
    long bytes() {
        return recent.bytes();
    }
}
