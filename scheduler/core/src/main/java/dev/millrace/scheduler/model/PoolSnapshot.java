package dev.millrace.scheduler.model;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored values of a pool, by kind and id. Not thread-safe. */
public final class PoolSnapshot {
    private final Map<EntityKind<?>, Map<String, Object>> byKind = new HashMap<>();

    /** Stores a value, or removes it if {@code value} is null. */
    public <T> PoolSnapshot put(EntityKind<T> kind, String id, @Nullable T value) {
        return put(new EntityKey(kind, id), value);
    }

    /**
     * Stores a value, or removes it if {@code value} is null.
     *
     * @throws ClassCastException if the value has another type than its kind
     */
    public PoolSnapshot put(EntityKey key, @Nullable Object value) {
        Map<String, Object> its = byKind.computeIfAbsent(key.kind(), it -> new LinkedHashMap<>());
        if (value == null) {
            its.remove(key.id());
        } else {
            its.put(key.id(), key.kind().type().cast(value));
        }
        return this;
    }

    /** Returns the values of one kind by id, in the order in which they were first stored. */
    @SuppressWarnings("unchecked") // put() accepts only values of the kind's type.
    public <T> Map<String, T> all(EntityKind<T> kind) {
        return (Map<String, T>) Collections.unmodifiableMap(byKind.getOrDefault(kind, Map.of()));
    }

    /** Returns the only value of a kind that a pool has one of, or null if there is none. */
    public <T> @Nullable T only(EntityKind<T> kind) {
        return all(kind).values().stream().findFirst().orElse(null);
    }
}
