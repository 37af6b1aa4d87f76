package dev.millrace.executor.attempt;

import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.schemas.blob.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Remembers for a moment that a part of some inputs was missing. Otherwise the next attempt at the task, which follows at once, would read
 * a tree of up to 100,000 entries only to find the same. Thread-safe.
 */
final class MissingInputs {
    /** Long enough for attempts that follow each other at once, and shorter than a person needs to upload the missing part. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST = 1_000;

    private record Missing(BlobNotFoundException failure, long sinceNanos) {}

    private final LongSupplier nanos;
    private final Map<Digest, Missing> trees = new LinkedHashMap<>();

    MissingInputs(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void note(Digest tree, BlobNotFoundException failure) {
        if (trees.size() >= MOST) {
            trees.remove(trees.keySet().iterator().next());
        }
        trees.put(tree, new Missing(failure, nanos.getAsLong()));
    }

    /** @throws BlobNotFoundException if it was thrown for this tree a moment ago */
    synchronized void check(Digest tree) throws BlobNotFoundException {
        Missing known = trees.get(tree);
        if (known != null && nanos.getAsLong() - known.sinceNanos() < KEEP_NANOS) {
            throw known.failure();
        }
        trees.remove(tree);
    }
}
