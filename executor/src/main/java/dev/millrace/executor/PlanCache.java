package dev.millrace.executor;

import dev.millrace.executor.io.InputCache;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.plan.Plan;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plans and trees used last, parsed. Thread-safe. */
final class PlanCache {
    private static final int SIZE = 32;
    private static final Digest EMPTY = Tree.EMPTY.digest();

    private final InputCache inputs;
    private final Map<Object, Object> recent = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
            return size() > SIZE;
        }
    });

    PlanCache(InputCache inputs) {
        this.inputs = inputs;
    }

    Plan get(Digest digest) throws IOException {
        return read(digest, Plan.class);
    }

    Tree tree(Digest digest) throws IOException {
        return digest.equals(EMPTY) ? Tree.EMPTY : read(digest, Tree.class);
    }

    private <T> T read(Digest digest, Class<T> type) throws IOException {
        Object known = recent.get(digest);
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        T parsed = Json.MAPPER.readValue(inputs.read(digest), type);
        recent.put(digest, parsed);
        return parsed;
    }
}
