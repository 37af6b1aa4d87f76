package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.state.PoolState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Stores the pools of one partition durably: one entry for each job, task, executor, owner and so on, under the key {@code pool/kind/id}.
 * Heartbeats are never stored. An entry that cannot be read is set aside under {@code #aside/}, and the rest of its pool goes on without
 * it.
 */
final class PoolStore {
    static final String NAME = "pools";

    /** The character that follows the slash in ASCII, so a range up to it holds exactly the keys of one pool. */
    private static final String AFTER_SLASH = "0";

    /** The largest record of the changelog, including its key and overhead. */
    static final int MAX_RECORD_BYTES = 1 << 20;

    private static final int MAX_VALUE_BYTES = MAX_RECORD_BYTES - (16 << 10);

    private static final String SEQUENCE = "sequence";
    private static final String CLOCK = "pool";
    private static final String GENERATION = "#generation";
    private static final String ASIDE = "#aside/";

    /**
     * The key of the sequence with which a pool begins if it has no stored one. It is not below the last sequence of any pool that was
     * forgotten.
     */
    private static final String FLOOR = "#sequence";

    /** The key of a clock for all pools that were forgotten. It holds the latest end of a job that they had forgotten. */
    private static final String FORGOTTEN = "#clock";

    private final KeyValueStore<String, byte[]> store;

    PoolStore(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    /** An entry that cannot be read, and why. */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one hand-over and is never compared.
    record Unreadable(String key, byte[] value, String reason) {}

    /**
     * A pool that was loaded, and those of its entries that could not be read and were set aside.
     *
     * @param traces the trace contexts of its open jobs
     */
    record Loaded(PoolState state, Map<String, String> traces, List<Unreadable> unreadable) {}

    long generation() {
        return number(GENERATION);
    }

    private long number(String key) {
        byte[] value = store.get(key);
        try {
            return value == null ? 0 : StoredKind.META.read(value);
        } catch (StoredKind.UnreadableException e) {
            // Without the stored number, numbers would be used a second time, and an old dispatch or decision could be
            // mistaken for a new one.
            throw new IllegalStateException(key + " cannot be read: " + e.getMessage(), e);
        }
    }

    void setGeneration(long generation) {
        store.put(GENERATION, StoredKind.META.write(generation));
    }

    /** Returns the names of all pools in the store. */
    Set<String> pools() {
        var pools = new HashSet<String>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                String key = all.next().key;
                int slash = key.indexOf('/');
                if (slash > 0 && key.charAt(0) != '#') {
                    pools.add(key.substring(0, slash));
                }
            }
        }
        return pools;
    }

    /** Reads a pool, and sets aside what cannot be read. */
    Loaded load(String pool, CoreConfig config, long tick) {
        var reading = new PoolReading(pool, config, number(FLOOR), clock(FORGOTTEN), tick);
        try (KeyValueIterator<String, byte[]> range = store.range(pool + "/", pool + AFTER_SLASH)) {
            range.forEachRemaining(entry -> reading.add(entry.key, entry.value));
        }
        PoolState state = reading.state();
        Map<String, String> traces = reading.traces();
        List<Unreadable> unreadable = new ArrayList<>(reading.unreadable());
        for (Unreadable entry : unreadable) {
            store.put(ASIDE + entry.key(), entry.value());
            store.delete(entry.key());
        }
        return new Loaded(state, traces, unreadable);
    }

    /** Deletes a pool if nothing is stored of it except its sequence and its clock. */
    void forgetIfEmpty(String pool) {
        var keys = new ArrayList<String>();
        try (KeyValueIterator<String, byte[]> range = store.range(pool + "/", pool + AFTER_SLASH)) {
            while (range.hasNext() && keys.size() < 3) {
                keys.add(range.next().key);
            }
        }
        String sequence = key(pool, StoredKind.META.wireName(), SEQUENCE);
        String clock = key(pool, StoredKind.CLOCK.wireName(), CLOCK);
        if (Set.of(sequence, clock).containsAll(keys) && keys.contains(sequence)) {
            forget(clock);
            store.put(FLOOR, StoredKind.META.write(Math.max(number(FLOOR), number(sequence))));
            store.delete(sequence);
        }
    }

    /**
     * Deletes the clock of a pool. First merges it into the clock of all forgotten pools, so that jobs that the pool had forgotten stay
     * forgotten.
     */
    private void forget(String key) {
        PoolClock ofPool = clock(key);
        PoolClock ofAll = clock(FORGOTTEN);
        if (ofPool != null && (ofAll == null || ofPool.forgottenUpToMs() > ofAll.forgottenUpToMs())) {
            store.put(FORGOTTEN, StoredKind.CLOCK.write(new PoolClock(0, ofPool.forgottenUpToMs())));
        }
        store.delete(key);
    }

    private @Nullable PoolClock clock(String key) {
        byte[] value = store.get(key);
        try {
            return value == null ? null : StoredKind.CLOCK.read(value);
        } catch (StoredKind.UnreadableException e) {
            throw new IllegalStateException(key + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** An entry to be written, or to be deleted if it has no value. */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one hand-over and is never compared.
    record Write(String key, byte @Nullable [] value) {}

    /**
     * Returns the writes that make changes durable.
     *
     * @throws IllegalStateException if a value is too large to be written; nothing has been written then
     */
    static List<Write> writes(PoolState state, Set<EntityKey> changed) {
        var writes = new ArrayList<Write>();
        for (EntityKey key : changed) {
            Object value = state.value(key);
            writes.add(write(
                    key(state.pool(), key.kind().wireName(), key.id()),
                    value == null ? null : StoredKind.write(key.kind(), value)));
        }
        return writes;
    }

    private static Write write(String key, byte @Nullable [] value) {
        if (value != null && value.length > MAX_VALUE_BYTES) {
            // The changelog would refuse the value at the commit, and again each time the same input is processed.
            throw new IllegalStateException(
                    "the state '" + key + "' would have " + value.length + " bytes, more than " + MAX_VALUE_BYTES);
        }
        return new Write(key, value);
    }

    /** Returns the write that stores the trace context of a job, or deletes it if {@code traceparent} is null. */
    static Write trace(String pool, String jobId, @Nullable String traceparent) {
        return write(
                key(pool, StoredKind.TRACE.wireName(), jobId),
                traceparent == null ? null : StoredKind.TRACE.write(traceparent));
    }

    /** Applies these writes to the store. */
    void save(List<Write> writes) {
        for (Write write : writes) {
            if (write.value() == null) {
                store.delete(write.key());
            } else {
                store.put(write.key(), write.value());
            }
        }
    }

    private static String key(String pool, String kind, String id) {
        return pool + "/" + kind + "/" + id;
    }
}
